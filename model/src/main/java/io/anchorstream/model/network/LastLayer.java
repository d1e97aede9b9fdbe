package io.anchorstream.model.network;

import java.util.Optional;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.anchorstream.model.loss.FeatureHead;
import io.anchorstream.model.loss.FloatMatrix;

/**
 * The last learned layer of one pass in training. What a residual network adds to its result counts among the features, in
 * front, and goes through as it is. Usable until the pass's manager is closed.
 */
final class LastLayer implements FeatureHead {
    private final Optional<NDArray> base;
    private final NDArray entered;
    private final Layers.Dense layer;
    private NDArray result;

    /**
     * @param base {@code float[N][D]}, added to the layer's result
     * @param entered {@code float[N][F]}
     */
    LastLayer(Optional<NDArray> base, NDArray entered, Layers.Dense layer) {
        this.base = base;
        this.entered = entered;
        this.layer = layer;
        result = entered;
    }

    @Override
    public FloatMatrix features() {
        return base.map(added -> beside(matrix(added), matrix(entered))).orElseGet(() -> matrix(entered));
    }

    @Override
    public FloatMatrix forward(FloatMatrix features) {
        NDManager scope = entered.getManager();
        NDArray made = scope.create(features.values(), new Shape(features.rows(), features.columns()));
        result = base.map(added -> added.getShape().get(1))
                .map(width -> made.get(":, :" + width).add(layer.apply(made.get(":, " + width + ":"))))
                .orElseGet(() -> layer.apply(made));
        return matrix(result);
    }

    @Override
    public FloatMatrix backward(FloatMatrix gradient, float[] pull) {
        NDManager scope = entered.getManager();
        NDArray slope = scope.create(gradient.values(), new Shape(gradient.rows(), gradient.columns()));
        NDArray shares = scope.create(pull, new Shape(pull.length, 1));
        JniUtils.backward((PtNDArray) result, (PtNDArray) slope.mul(shares), false, false);
        FloatMatrix toEntered = matrix(slope.matMul(layer.kernel().stopGradient()));
        return base.isPresent() ? beside(gradient, toEntered) : toEntered;
    }

    private static FloatMatrix beside(FloatMatrix left, FloatMatrix right) {
        int width = left.columns() + right.columns();
        FloatMatrix both = FloatMatrix.zeros(left.rows(), width);
        for (int i = 0; i < both.rows(); i++) {
            System.arraycopy(left.values(), i * left.columns(), both.values(), i * width, left.columns());
            System.arraycopy(
                    right.values(), i * right.columns(), both.values(), i * width + left.columns(), right.columns());
        }
        return both;
    }

    private static FloatMatrix matrix(NDArray rows) {
        return new FloatMatrix(
                (int) rows.getShape().get(0), (int) rows.getShape().get(1), rows.toFloatArray());
    }
}
