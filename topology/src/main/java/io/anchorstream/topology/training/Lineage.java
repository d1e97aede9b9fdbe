package io.anchorstream.topology.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.anchorstream.avro.ModelVersion;
import io.anchorstream.model.training.ModelArtifact;
import io.anchorstream.model.training.ModelRuntime;
import io.anchorstream.model.training.Trainer;
import io.anchorstream.model.training.TrainingConfig;
import io.anchorstream.topology.versions.VersionHistory;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a trainer comes from: the checkpoint that the last committed version names, or the one before when that one is
 * missing or damaged, or a new network.
 */
final class Lineage {
    private static final Logger LOG = LoggerFactory.getLogger(Lineage.class);
    private static final String WEIGHTS = "weights.sha256";
    private static final String VERSION = "version";

    private final ModelRuntime runtime;
    private final TrainingConfig config;
    private final CheckpointStore checkpoints;

    Lineage(ModelRuntime runtime, TrainingConfig config, CheckpointStore checkpoints) {
        this.runtime = runtime;
        this.config = config;
        this.checkpoints = checkpoints;
    }

    /**
     * @param version the version whose checkpoint it is, -1 = a new network
     * @param offsets next offsets; empty = from the beginning
     * @param problems why newer checkpoints were passed over
     */
    record Origin(Trainer trainer, long version, Map<TopicPartition, Long> offsets, List<String> problems) {}

    Origin restore(VersionHistory history) {
        List<String> problems = new ArrayList<>();
        List<ModelVersion> newestFirst = new ArrayList<>(history.versions());
        Collections.reverse(newestFirst);
        for (ModelVersion event : newestFirst) {
            Optional<Origin> origin = restore(event, problems);
            if (origin.isPresent()) {
                return origin.get();
            }
        }
        if (!problems.isEmpty()) {
            LOG.error(
                    "no checkpoint of {} versions can be used here; training begins again at the start of the log. To"
                            + " go on instead, bring the checkpoint directory of the last trainer here",
                    newestFirst.size());
        }
        return new Origin(runtime.newTrainer(config), -1, Map.of(), problems);
    }

    private Optional<Origin> restore(ModelVersion event, List<String> problems) {
        if (event.getCheckpoint().isEmpty()) {
            return Optional.empty();
        }
        Path path = checkpoints.path(event.getCheckpoint());
        try {
            if (!Files.isDirectory(path)) {
                throw new IOException("checkpoint " + path + " is missing");
            }
            ModelRuntime.RestoredTrainer restored = runtime.restore(path, config);
            String weights = restored.position().getOrDefault(WEIGHTS, "");
            if (!weights.equals(event.getWeightsDigest())) {
                restored.trainer().close();
                throw new IOException("checkpoint " + path + " holds weights " + weights + ", the version event names "
                        + event.getWeightsDigest());
            }
            return Optional.of(
                    new Origin(restored.trainer(), event.getVersion(), offsets(restored.position()), problems));
        } catch (IOException e) {
            String problem = "version " + event.getVersion() + ": " + e.getMessage();
            problems.add(problem);
            LOG.error("falling back to an older checkpoint: {}", problem);
            return Optional.empty();
        }
    }

    /** The notes that go into a checkpoint. */
    static Map<String, String> position(long version, ModelArtifact artifact, Map<TopicPartition, Long> offsets) {
        Map<String, String> position = new HashMap<>();
        offsets.forEach((partition, next) -> position.put("offset." + partition, Long.toString(next)));
        position.put(VERSION, Long.toString(version));
        position.put(WEIGHTS, artifact.weightsDigest());
        return position;
    }

    private static Map<TopicPartition, Long> offsets(Map<String, String> position) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        position.forEach((key, value) -> {
            if (key.startsWith("offset.")) {
                String name = key.substring("offset.".length());
                int dash = name.lastIndexOf('-');
                offsets.put(
                        new TopicPartition(name.substring(0, dash), Integer.parseInt(name.substring(dash + 1))),
                        Long.parseLong(value));
            }
        });
        return offsets;
    }
}
