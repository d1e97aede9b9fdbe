package io.anchorstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.anchorstream.model.checkpoint.Tensor;
import io.anchorstream.model.loss.FloatMatrix;

/**
 * Adds to a vector what a regression over fixed features says of the picture's text. Nothing until it is set; no
 * gradient reaches it.
 *
 * @param kernel {@code float[D][F]}
 * @param centre {@code float[F]}, taken off the features
 */
public record TextPath(NDArray kernel, NDArray centre) {

    static TextPath declare(Weights weights, int dimension, int features) {
        return new TextPath(
                weights.constant("text.kernel", WeightRole.FIXED, new Shape(dimension, features), 0),
                weights.constant("text.centre", WeightRole.FIXED, new Shape(features), 0));
    }

    /** {@code float[N][F] → float[N][D]}. */
    NDArray apply(NDArray features) {
        return new Layers.Dense(kernel, null).apply(features.sub(centre));
    }

    public int dimension() {
        return (int) kernel.getShape().get(0);
    }

    /** Number of fixed features. */
    public int features() {
        return (int) centre.size();
    }

    /** From now on this map. */
    public void set(FloatMatrix map, float[] middle) {
        Weights.overwrite(kernel, Tensor.of(map.values(), map.rows(), map.columns()));
        Weights.overwrite(centre, Tensor.of(middle, middle.length));
    }
}
