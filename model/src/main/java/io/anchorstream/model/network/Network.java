package io.anchorstream.model.network;

import ai.djl.ndarray.NDArray;

/** A function from pictures to vectors with its weights. Not thread-safe in training; inference only reads weights. */
public interface Network extends AutoCloseable {

    NetworkSpec spec();

    Weights weights();

    /** Edge in pixels of the pictures {@link #forward} takes. */
    int inputSize();

    /**
     * @param images {@code float[N][3][inputSize][inputSize]}, 0..1; all results go to its manager
     * @param training whether normalisations use and update batch statistics
     * @return {@code float[N][dimension]}, not normalised
     */
    NDArray forward(NDArray images, boolean training);

    /** Frees the weights. */
    @Override
    void close();
}
