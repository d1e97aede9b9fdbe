package io.anchorstream.model.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

import io.anchorstream.model.alignment.Rotation;

/**
 * The border of this module: makes trainers and embedders. The implementation on PyTorch is
 * {@code PyTorchModelRuntime}; tests of other modules use a fake.
 */
public interface ModelRuntime {

    /** A trainer from scratch; its first {@link Trainer#artifact} is the untrained network (version 0). */
    Trainer newTrainer(TrainingConfig config);

    /**
     * A trainer that goes on from a checkpoint.
     *
     * @throws IncompatibleCheckpointException if it was made by another network or loss than {@code config} names; the
     *     message says which and what to do
     * @throws IOException if the checkpoint is missing, truncated or altered (the manifest's digests are checked)
     */
    RestoredTrainer restore(Path checkpoint, TrainingConfig config) throws IOException;

    /**
     * A trainer that begins with published weights, where there is no checkpoint to go on from: its optimiser, memory
     * and loss state begin anew.
     *
     * @param step taken as the number of steps behind the weights
     * @throws IncompatibleCheckpointException if the weights are of another network than {@code config} names
     */
    Trainer trainerFrom(ModelArtifact artifact, long step, TrainingConfig config) throws IOException;

    /** The same model with a rotation behind it: embedders made of the result apply it last. Replaces an earlier one. */
    ModelArtifact turned(ModelArtifact artifact, Rotation rotation);

    /**
     * Loads a model for inference.
     *
     * @throws IllegalArgumentException if weights and digest or specification do not agree
     */
    Embedder load(ModelArtifact artifact);

    /** Engine, native version, device and thread count, for the start-up line and for provenance. */
    Map<String, String> description();

    /**
     * @param position what was given to {@link Trainer#saveCheckpoint}
     */
    record RestoredTrainer(Trainer trainer, Map<String, String> position) {}
}
