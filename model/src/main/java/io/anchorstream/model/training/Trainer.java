package io.anchorstream.model.training;

import java.util.Map;

import io.anchorstream.model.checkpoint.CheckpointDirectory;

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
     * A copy of everything needed to go on bit-identically, for {@link CheckpointDirectory#write}; training may go on
     * before that is done. From now on this is the version that a new space is kept compatible with, where that is
     * configured.
     *
     * @param position the caller's own notes (input offsets), returned by {@link ModelRuntime#restore}
     */
    CheckpointDirectory.Content checkpoint(Map<String, String> position);

    @Override
    void close();
}
