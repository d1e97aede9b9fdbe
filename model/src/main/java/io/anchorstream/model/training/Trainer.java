package io.anchorstream.model.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The learner: one network, its loss, optimiser and memory. Same seed and same batches give bit-identical weights on
 * CPU with the same thread count. Not thread-safe: one thread owns it.
 */
public interface Trainer extends AutoCloseable {

    /** Trains on one batch: prequential score, loss, backward, clip, AdamW, EMA, memory. */
    StepResult train(TrainingBatch batch);

    /**
     * Hints that these batches come next, so that decoding and augmentation can run ahead of {@link #train}. Changes
     * speed only, never results.
     */
    default void prefetch(TrainingBatch batch) {}

    /**
     * Whether so many steps in a row had a loss or gradient that is not finite that the weights should not be trusted:
     * go back to the last good checkpoint.
     */
    default boolean restoreAdvised() {
        return false;
    }

    /** Steps taken so far. */
    long step();

    /** The weights to serve (the moving average), immutable from here on. */
    ModelArtifact artifact();

    /**
     * Writes everything needed to go on bit-identically into a directory: tmp, fsync, rename, with a SHA-256 manifest.
     *
     * @param directory must not exist yet
     * @param position the caller's own notes (input offsets), returned by {@link ModelRuntime#restore}
     * @return SHA-256 of the manifest
     */
    String saveCheckpoint(Path directory, Map<String, String> position) throws IOException;

    @Override
    void close();
}
