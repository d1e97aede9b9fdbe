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
import io.anchorstream.model.training.IncompatibleCheckpointException;
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
 * missing or damaged. A new network only where nothing was trained yet or the operator asks for it: training from
 * scratch beside a trained model must not be the silent outcome of a changed setting or of an empty folder.
 */
final class Lineage {
    private static final Logger LOG = LoggerFactory.getLogger(Lineage.class);
    private static final String WEIGHTS = "weights.sha256";
    private static final String VERSION = "version";

    private final ModelRuntime runtime;
    private final TrainingConfig config;
    private final CheckpointStore checkpoints;
    private final boolean startOver;

    /** @param startOver whether to begin a new network where no checkpoint can be used or the newest fits no more */
    Lineage(ModelRuntime runtime, TrainingConfig config, CheckpointStore checkpoints, boolean startOver) {
        this.runtime = runtime;
        this.config = config;
        this.checkpoints = checkpoints;
        this.startOver = startOver;
    }

    /**
     * @param version the version whose checkpoint it is, -1 = a new network
     * @param offsets next offsets; empty = from the beginning
     * @param problems why newer checkpoints were passed over
     */
    record Origin(Trainer trainer, long version, Map<TopicPartition, Long> offsets, List<String> problems) {}

    /**
     * @throws IncompatibleCheckpointException if the checkpoint fits the configuration no more
     * @throws IOException if there is a trained version but no checkpoint to go on from
     */
    Origin restore(VersionHistory history) throws IOException {
        List<String> problems = new ArrayList<>();
        List<ModelVersion> newestFirst = new ArrayList<>(history.versions());
        Collections.reverse(newestFirst);
        try {
            for (ModelVersion event : newestFirst) {
                Optional<Origin> origin = restore(event, problems);
                if (origin.isPresent()) {
                    return origin.get();
                }
            }
            boolean trained = newestFirst.stream().anyMatch(event -> event.getStep() > 0);
            if (trained && !startOver) {
                throw new IOException("none of the " + newestFirst.size()
                        + " versions has a checkpoint that can be used"
                        + " here (" + problems.get(0) + "). Put the checkpoints on storage that all trainers share, or"
                        + " set train.start-over=true to begin a new model at the start of the log.");
            }
        } catch (IncompatibleCheckpointException e) {
            if (!startOver) {
                throw e;
            }
            problems.add(String.valueOf(e.getMessage()));
        }
        if (!problems.isEmpty()) {
            LOG.warn("a new model begins at the start of the log: {}", problems);
        }
        return new Origin(runtime.newTrainer(config), -1, Map.of(), problems);
    }

    private Optional<Origin> restore(ModelVersion event, List<String> problems) throws IncompatibleCheckpointException {
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
        } catch (IncompatibleCheckpointException e) {
            throw e;
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
