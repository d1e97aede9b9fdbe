package io.anchorstream.model.training;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import io.anchorstream.model.checkpoint.CheckpointDirectory;
import io.anchorstream.model.checkpoint.SafeTensors;
import io.anchorstream.model.checkpoint.Sha256;
import io.anchorstream.model.checkpoint.Tensor;
import io.anchorstream.model.evaluation.PrequentialScore;
import io.anchorstream.model.loss.EmbeddingMemory;
import io.anchorstream.model.loss.MetricLoss;
import io.anchorstream.model.loss.SavedState;
import io.anchorstream.model.monitoring.LearningWatch;
import io.anchorstream.model.network.Network;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a trainer's checkpoint holds: weights, averages, moments, the loss's own state, memory, prequential score and alarms.
 * There is no generator state in it because every draw is seeded by (seed, sampler, batch number).
 */
record TrainerState(
        TrainingConfig config,
        Network network,
        AdamW optimiser,
        MovingAverage average,
        MetricLoss loss,
        EmbeddingMemory memory,
        PrequentialScore prequential,
        EmbeddingMemory earlier,
        Optional<LinearMetric> metric,
        LearningWatch watch) {
    private static final Logger LOG = LoggerFactory.getLogger(TrainerState.class);
    private static final String WEIGHTS = "weights.safetensors";
    private static final String AVERAGE = "average.safetensors";
    private static final String OPTIMISER = "optimiser.safetensors";
    private static final String LEARNER = "learner.state";

    record Counters(long step, long skipped, int nonFinite) {}

    CheckpointDirectory.Content save(long step, long skipped, int nonFinite, Map<String, String> position) {
        SavedState learner = new SavedState();
        learner.putLongs("counters", step, skipped, nonFinite, average.updates());
        loss.save(learner.scope("loss"));
        memory.save(learner.scope("memory"));
        prequential.save(learner.scope("prequential"));
        earlier.save(learner.scope("prequential/earlier"));
        metric.ifPresent(map -> map.save(learner.scope("metric")));
        watch.save(learner.scope("watch"));
        Map<String, String> properties = new TreeMap<>(settings());
        properties.put("network", network.spec().toJson());
        properties.put("networkDigest", network.weights().digest(network.spec()));
        properties.put("step", Long.toString(step));
        Map<String, byte[]> files = Map.of(
                WEIGHTS, bytes(network.weights().toTensors()),
                AVERAGE, bytes(average.tensors()),
                OPTIMISER, bytes(optimiser.state()),
                LEARNER, learner.toBytes());
        return new CheckpointDirectory.Content(properties, position, files);
    }

    /** Everything that makes two runs comparable. The digest of all of it is in the manifest, too. */
    private Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>();
        settings.put("loss", config.loss());
        settings.put("lossOptions", new TreeMap<>(config.lossOptions()).toString());
        settings.put("learningRate", Double.toString(config.learningRate()));
        settings.put("weightDecay", Double.toString(config.weightDecay()));
        settings.put("clipNorm", Double.toString(config.clipNorm()));
        settings.put("emaDecay", Double.toString(config.emaDecay()));
        settings.put("memory", memory(memory.capacity(), "/" + config.memoryMaxAge() + "/" + config.memoryWarmUp()));
        settings.put("augmentation", config.augmentation());
        settings.put("seed", Long.toString(config.seed()));
        settings.put("threads", Integer.toString(config.threads()));
        settings.put("configDigest", Sha256.hex(settings.toString()));
        return settings;
    }

    /** Of a memory without rows neither age nor warm-up matters. */
    private static String memory(int rows, String ageAndWarmUp) {
        return rows == 0 ? "none" : rows + ageAndWarmUp;
    }

    /** As configured before, such as {@code -1/2000/100}, with the rows that there were. */
    private static String memory(int rows, Map<String, String> saved) {
        return memory(rows, saved.getOrDefault("memory", "").replaceFirst("^[^/]*", ""));
    }

    /**
     * @throws IncompatibleCheckpointException if the checkpoint is of another network, loss or memory size
     * @throws IOException if it is damaged
     */
    Counters load(CheckpointDirectory.Content content) throws IOException {
        Map<String, String> saved = content.properties();
        require(saved, "network", network.spec().toJson());
        require(saved, "networkDigest", network.weights().digest(network.spec()));
        require(saved, "loss", config.loss());
        SavedState learner = learner(content);
        try {
            loadMemory(learner.scope("memory"));
            warnOfOtherSettings(saved, EmbeddingMemory.capacityOf(learner.scope("memory")));
            long[] counters = learner.longs("counters");
            network.weights().load(tensors(content, WEIGHTS));
            average.load(tensors(content, AVERAGE), counters[3]);
            optimiser.load(tensors(content, OPTIMISER));
            loss.load(learner.scope("loss"));
            prequential.load(learner.scope("prequential"));
            earlier.load(learner.scope("prequential/earlier"));
            metric.ifPresent(map -> map.load(learner.scope("metric")));
            watch.load(learner.scope("watch"));
            return new Counters(counters[0], counters[1], (int) counters[2]);
        } catch (IllegalArgumentException e) {
            throw new IncompatibleCheckpointException(
                    "the checkpoint does not fit the configuration: " + e.getMessage());
        }
    }

    /** Where the rows are left to us, as many as there were: a default that changed is no reason to stop. */
    private void loadMemory(SavedState state) {
        if (config.memoryRows() < 0) {
            memory.loadWhatever(state);
        } else {
            memory.load(state);
        }
    }

    private void warnOfOtherSettings(Map<String, String> saved, int rows) {
        settings().forEach((name, value) -> {
            String was = name.equals("memory") ? memory(rows, saved) : saved.get(name);
            if (!name.equals("configDigest") && !value.equals(was)) {
                LOG.warn(
                        "{} is now {}; the checkpoint was made with {}: results will not repeat bit by bit",
                        name,
                        value,
                        was);
            }
        });
    }

    private static SavedState learner(CheckpointDirectory.Content content) throws IOException {
        try {
            return SavedState.fromBytes(content.file(LEARNER));
        } catch (IllegalArgumentException e) {
            throw new IOException("the checkpoint's " + LEARNER + " is damaged: " + e.getMessage(), e);
        }
    }

    private static void require(Map<String, String> saved, String name, String now)
            throws IncompatibleCheckpointException {
        if (!now.equals(saved.get(name))) {
            throw new IncompatibleCheckpointException("the checkpoint was made with " + name + " " + saved.get(name)
                    + " but the configuration asks for " + now);
        }
    }

    private static Map<String, Tensor> tensors(CheckpointDirectory.Content content, String file) throws IOException {
        return SafeTensors.fromBytes(content.file(file)).tensors();
    }

    private static byte[] bytes(Map<String, Tensor> tensors) {
        return SafeTensors.toBytes(tensors, Map.of("format", "pt"));
    }
}
