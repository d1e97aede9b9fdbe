package io.anchorstream.service.run;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

import io.anchorstream.avro.HoldoutItem;
import io.anchorstream.avro.LabelAlias;
import io.anchorstream.avro.MiniBatch;
import io.anchorstream.avro.ModelCommand;
import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.TrainingStep;
import io.anchorstream.avro.WeightChunk;
import io.anchorstream.model.checkpoint.Sha256;
import io.anchorstream.model.training.ModelRuntime;
import io.anchorstream.model.training.TrainingConfig;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.service.config.ConfigurationException;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.topology.training.GateSettings;
import io.anchorstream.topology.training.TrainingSettings;
import io.anchorstream.topology.training.TrainingTopics;
import io.anchorstream.topology.versions.ModelTopics;

/** Turns the configuration into what the training loop and the model feed take. */
public final class Learning {
    private Learning() {}

    public static TrainingConfig config(Settings settings) {
        return new TrainingConfig(
                settings.get(Keys.NETWORK),
                settings.get(Keys.NETWORK_OPTIONS),
                settings.get(Keys.LOSS),
                settings.get(Keys.LOSS_OPTIONS),
                settings.get(Keys.DIMENSION),
                settings.get(Keys.IMAGE_SIZE),
                settings.get(Keys.LEARNING_RATE),
                settings.get(Keys.WEIGHT_DECAY),
                settings.get(Keys.CLIP_NORM),
                settings.get(Keys.EMA_DECAY),
                settings.get(Keys.MEMORY_ROWS),
                settings.get(Keys.MEMORY_MAX_AGE),
                settings.get(Keys.MEMORY_WARM_UP),
                settings.get(Keys.AUGMENTATION),
                settings.get(Keys.SEED),
                settings.get(Keys.ENGINE_THREADS),
                settings.get(Keys.DEVICE));
    }

    /**
     * Looks at what would be trained before anything is started: a wrong name must not come up as a role that fails.
     *
     * @throws ConfigurationException if a network, loss, augmentation or one of their options does not exist
     */
    public static void check(Settings settings) {
        try {
            config(settings).requireKnown();
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("train.*: " + e.getMessage(), e);
        }
    }

    static TrainingSettings settings(Settings settings, Path checkpoints, String preprocessing, ModelRuntime runtime) {
        TrainingSettings standard = TrainingSettings.defaults(config(settings), checkpoints);
        return new TrainingSettings(
                standard.model(),
                settings.get(Keys.STEPS_PER_VERSION),
                checkpoints,
                settings.get(Keys.START_OVER),
                settings.get(Keys.SHARE_CHECKPOINTS),
                settings.get(Keys.KEEP_CHECKPOINTS),
                settings.get(Keys.KEEP_VERSIONS),
                settings.get(Keys.HOLDOUT_ITEMS),
                standard.holdoutGrowth(),
                standard.holdoutQuiet(),
                standard.rescoreEvery(),
                gate(settings),
                settings.get(Keys.ROLLBACK_STICKS).equals(Keys.UNTIL_UNPINNED),
                settings.get(Keys.PREFETCH_BATCHES),
                preprocessing,
                provenance(settings, runtime));
    }

    private static GateSettings gate(Settings settings) {
        return new GateSettings(
                settings.get(Keys.GATE_RULES),
                settings.get(Keys.GATE_CATEGORY_LOSS),
                settings.get(Keys.GATE_CROSS_RECALL),
                settings.get(Keys.GATE_CONFIDENCE),
                settings.get(Keys.GATE_MINIMUM_ITEMS),
                settings.get(Keys.GATE_MINIMUM_SPREAD),
                settings.get(Keys.GATE_SHADOW));
    }

    static TrainingTopics topics(Cluster cluster) {
        Topics topics = cluster.topics();
        return new TrainingTopics(
                topics.trainingBatches().name(),
                topics.trainingHoldout().name(),
                topics.labelAliases().name(),
                topics.modelCommands().name(),
                topics.trainingSteps().name(),
                cluster.serde(MiniBatch.class),
                cluster.serde(HoldoutItem.class),
                cluster.serde(LabelAlias.class),
                cluster.serde(ModelCommand.class),
                cluster.serde(TrainingStep.class),
                modelTopics(cluster));
    }

    static ModelTopics modelTopics(Cluster cluster) {
        return new ModelTopics(
                cluster.topics().modelVersions().name(),
                cluster.topics().modelWeights().name(),
                cluster.topics().modelCheckpoints().name(),
                cluster.serde(ModelVersion.class),
                cluster.serde(WeightChunk.class));
    }

    private static Map<String, String> provenance(Settings settings, ModelRuntime runtime) {
        Map<String, String> provenance = new TreeMap<>(runtime.description());
        provenance.put("java", Runtime.version().toString());
        provenance.put(
                "machine",
                System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", "
                        + Runtime.getRuntime().availableProcessors() + " cores");
        provenance.put("process", ManagementFactory.getRuntimeMXBean().getName());
        provenance.put("config", Sha256.hex(settings.printable().toString()));
        provenance.put("seed", Long.toString(settings.get(Keys.SEED)));
        String version = Learning.class.getPackage().getImplementationVersion();
        provenance.put("code", version == null ? "development" : version);
        return provenance;
    }
}
