package io.anchorstream.topology.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

import io.anchorstream.avro.ModelVersion;
import io.anchorstream.model.checkpoint.CheckpointDirectory;
import io.anchorstream.model.training.IncompatibleCheckpointException;
import io.anchorstream.model.training.ModelArtifact;
import io.anchorstream.model.training.ModelRuntime;
import io.anchorstream.model.training.Trainer;
import io.anchorstream.model.training.TrainingConfig;
import io.anchorstream.topology.versions.VersionHistory;
import io.anchorstream.topology.versions.WeightReader;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a trainer comes from: the checkpoint that the last committed version names, from this machine's disk or else from
 * {@code model.checkpoints}, or the one before when both are missing or damaged. A new network only where nothing was trained yet or the operator asks for it: training from
 * scratch beside a trained model must not be the silent outcome of a changed setting or of an empty folder.
 */
final class Lineage {
    private static final Logger LOG = LoggerFactory.getLogger(Lineage.class);
    private static final String WEIGHTS = "weights.sha256";
    private static final String VERSION = "version";
    private static final String OFFSET = "offset.";

    private final ModelRuntime runtime;
    private final TrainingConfig config;
    private final CheckpointStore checkpoints;
    private final Published published;
    private final Supplier<WeightReader> weights;
    private final boolean startOver;

    /**
     * @param weights read what was published
     * @param startOver whether to begin a new network where no checkpoint can be used or the newest fits no more
     */
    Lineage(
            ModelRuntime runtime,
            TrainingConfig config,
            CheckpointStore checkpoints,
            Published published,
            Supplier<WeightReader> weights,
            boolean startOver) {
        this.runtime = runtime;
        this.config = config;
        this.checkpoints = checkpoints;
        this.published = published;
        this.weights = weights;
        this.startOver = startOver;
    }

    /** Fetches checkpoints that trainers elsewhere published. */
    @FunctionalInterface
    interface Published {

        /** @throws IOException if it is not on the topic as a whole */
        byte[] packed(ModelVersion event) throws IOException;
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
        List<VersionHistory.Ancestor> ancestors = history.lineage();
        try {
            for (VersionHistory.Ancestor ancestor : ancestors) {
                Optional<Origin> origin = restore(ancestor, problems);
                if (origin.isPresent()) {
                    return origin.get();
                }
            }
            boolean trained =
                    ancestors.stream().anyMatch(ancestor -> ancestor.version().getStep() > 0);
            if (trained && !startOver) {
                throw new IOException("none of the " + ancestors.size()
                        + " versions has a checkpoint that can be used"
                        + " (" + problems.get(0) + "). Bring back the folder of checkpoints of the trainer that wrote"
                        + " them, and set train.share-checkpoints=true so that others find them on model.checkpoints; or"
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

    private Optional<Origin> restore(VersionHistory.Ancestor ancestor, List<String> problems)
            throws IncompatibleCheckpointException {
        if (ancestor.resumeOffsets().isEmpty()) {
            return checkpoint(ancestor.version(), problems);
        }
        Map<TopicPartition, Long> behind = byPartition(ancestor.resumeOffsets());
        Optional<Origin> origin = checkpoint(ancestor.version(), problems);
        return (origin.isPresent() ? origin : served(ancestor.version(), problems))
                .map(found -> new Origin(found.trainer(), found.version(), behind, problems));
    }

    /** After a rollback to a version whose checkpoint is gone, its served weights still say what to go on from. */
    private Optional<Origin> served(ModelVersion event, List<String> problems) throws IncompatibleCheckpointException {
        return attempt(event, problems, () -> {
            try (WeightReader reader = weights.get()) {
                Trainer trainer = runtime.trainerFrom(reader.read(event), event.getStep(), config);
                String note = "version " + event.getVersion()
                        + ": training goes on from its served weights, with a new optimiser and memory";
                problems.add(note);
                LOG.warn("{}", note);
                return new Origin(trainer, event.getVersion(), Map.of(), problems);
            }
        });
    }

    private Optional<Origin> checkpoint(ModelVersion event, List<String> problems)
            throws IncompatibleCheckpointException {
        if (event.getCheckpoint().isEmpty()) {
            return Optional.empty();
        }
        boolean shared = event.getCheckpointBytes() > 0;
        Path path = checkpoints.path(event.getCheckpoint());
        if (Files.isDirectory(path) || !shared) {
            Optional<Origin> local = attempt(event, problems, () -> load(event, path, problems));
            if (local.isPresent() || !shared) {
                return local;
            }
        }
        LOG.info("taking the checkpoint of version {} from the topic", event.getVersion());
        return attempt(event, problems, () -> {
            Path installed = checkpoints.install(event.getVersion(), published.packed(event));
            return load(event, installed, problems);
        });
    }

    @FunctionalInterface
    private interface Attempt {
        Origin make() throws IOException;
    }

    private static Optional<Origin> attempt(ModelVersion event, List<String> problems, Attempt attempt)
            throws IncompatibleCheckpointException {
        try {
            return Optional.of(attempt.make());
        } catch (IncompatibleCheckpointException e) {
            throw e;
        } catch (IOException e) {
            String problem = "version " + event.getVersion() + ": " + e.getMessage();
            problems.add(problem);
            LOG.error("a checkpoint cannot be used, looking for another: {}", problem);
            return Optional.empty();
        }
    }

    private Origin load(ModelVersion event, Path path, List<String> problems) throws IOException {
        if (!Files.isDirectory(path)) {
            throw new IOException("checkpoint " + path + " is missing");
        }
        String digest = CheckpointDirectory.digest(path);
        if (!digest.equals(event.getCheckpointDigest())) {
            throw new IOException("checkpoint " + path + " has a manifest of SHA-256 " + digest
                    + ", the version event names " + event.getCheckpointDigest());
        }
        ModelRuntime.RestoredTrainer restored = runtime.restore(path, config);
        return new Origin(restored.trainer(), event.getVersion(), offsets(restored.position()), problems);
    }

    /** The notes that go into a checkpoint. */
    static Map<String, String> position(long version, ModelArtifact artifact, Map<TopicPartition, Long> offsets) {
        Map<String, String> position = new HashMap<>();
        offsets.forEach((partition, next) -> position.put(OFFSET + partition, Long.toString(next)));
        position.put(VERSION, Long.toString(version));
        position.put(WEIGHTS, artifact.weightsDigest());
        return position;
    }

    private static Map<TopicPartition, Long> offsets(Map<String, String> position) {
        Map<String, Long> offsets = new HashMap<>();
        position.forEach((key, value) -> {
            if (key.startsWith(OFFSET)) {
                offsets.put(key.substring(OFFSET.length()), Long.parseLong(value));
            }
        });
        return byPartition(offsets);
    }

    /** Offsets as events carry them, by partition. */
    static Map<TopicPartition, Long> byPartition(Map<String, Long> byName) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        byName.forEach((name, offset) -> {
            int dash = name.lastIndexOf('-');
            offsets.put(
                    new TopicPartition(name.substring(0, dash), Integer.parseInt(name.substring(dash + 1))), offset);
        });
        return offsets;
    }

    /** Offsets as events carry them. */
    static Map<String, Long> byName(Map<TopicPartition, Long> offsets) {
        Map<String, Long> result = new HashMap<>();
        offsets.forEach((partition, offset) -> result.put(partition.toString(), offset));
        return result;
    }
}
