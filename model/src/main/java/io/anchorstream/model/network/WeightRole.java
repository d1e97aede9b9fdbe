package io.anchorstream.model.network;

/** What the optimiser and the moving average may do with a weight. */
public enum WeightRole {
    /** Learned, with weight decay: kernels and matrices. */
    KERNEL,
    /** Learned, without weight decay: biases, scales and shifts of a normalisation. */
    OFFSET,
    /** Not learned by gradients but gathered in passing: running statistics of a normalisation. */
    STATISTIC,
    /** Neither learned by gradients nor averaged, yet needed to rebuild the network elsewhere. */
    FIXED;

    public boolean learned() {
        return this == KERNEL || this == OFFSET;
    }
}
