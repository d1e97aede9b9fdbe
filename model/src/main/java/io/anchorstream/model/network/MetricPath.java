package io.anchorstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.anchorstream.model.checkpoint.Tensor;
import io.anchorstream.model.loss.FloatMatrix;

/**
 * A linear map of a network's fixed features that is computed, not descended to. Until it is set, a fixed projection
 * stands in its place. No gradient reaches it.
 *
 * @param kernel {@code float[D][F]}
 * @param centre {@code float[F]}, taken off the features
 * @param waiting {@code float[1]}, 1 until the map is set, then 0
 */
public record MetricPath(NDArray kernel, NDArray centre, NDArray waiting) {

    static MetricPath declare(Weights weights, int dimension, int features) {
        return new MetricPath(
                weights.constant("metric.kernel", WeightRole.FIXED, new Shape(dimension, features), 0),
                weights.constant("metric.centre", WeightRole.FIXED, new Shape(features), 0),
                weights.constant("metric.waiting", WeightRole.FIXED, new Shape(1), 1));
    }

    /**
     * @param features {@code float[N][F]}
     * @param projected {@code float[N][D]}, what stands in for the map
     * @return {@code float[N][D]}
     */
    NDArray apply(NDArray features, NDArray projected) {
        return projected.mul(waiting).add(new Layers.Dense(kernel, null).apply(features.sub(centre)));
    }

    /** The words for {@link #apply}. */
    String script(Script script, String features, String projected) {
        String mapped =
                new Layers.Dense(kernel, null).script(script, script.call("sub", features, script.weight(centre)));
        return script.call("add", script.call("mul", projected, script.weight(waiting)), mapped);
    }

    public int dimension() {
        return (int) kernel.getShape().get(0);
    }

    /** Number of fixed features. */
    public int features() {
        return (int) centre.size();
    }

    /** The map in use {@code float[D][F]}; zeros until one is set. */
    public FloatMatrix map() {
        return new FloatMatrix(dimension(), features(), kernel.toFloatArray());
    }

    /** From now on this map. */
    public void set(FloatMatrix map, float[] middle) {
        Weights.overwrite(kernel, Tensor.of(map.values(), map.rows(), map.columns()));
        Weights.overwrite(centre, Tensor.of(middle, middle.length));
        Weights.overwrite(waiting, Tensor.of(new float[1], 1));
    }
}
