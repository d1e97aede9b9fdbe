package io.anchorstream.model.network;

import ai.djl.ndarray.NDManager;

/** Metric paths without a network around them. */
public final class MetricPaths {
    private MetricPaths() {}

    public static MetricPath of(NDManager manager, int dimension, int features) {
        return MetricPath.declare(new Weights(manager, 1), dimension, features);
    }
}
