package io.anchorstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import org.jspecify.annotations.Nullable;

/**
 * The few layers that our networks are made of, as records over the arrays they use. DJL's own blocks hide their
 * arrays, re-enable gradients behind one's back and load weights of another width without a word. Results that only the next
 * layer reads are given up at once: what the backward pass needs of them is kept by the engine, and the memory of the rest
 * is used again while it is still in the cache.
 */
final class Layers {
    private static final double NORM_MOMENTUM = 0.1;
    private static final double NORM_EPSILON = 1e-5;

    private Layers() {}

    /** {@code N x in x H x W → N x out x H/stride x W/stride}, padded by half the kernel. */
    record Conv(NDArray kernel, @Nullable NDArray bias, int stride) {
        static Conv declare(Weights weights, String path, int in, int out, int size, int stride, boolean bias) {
            return new Conv(
                    weights.kernel(path + ".kernel", new Shape(out, in, size, size), false),
                    bias ? weights.constant(path + ".bias", WeightRole.OFFSET, new Shape(out), 0) : null,
                    stride);
        }

        NDArray apply(NDArray x) {
            long pad = kernel.getShape().get(2) / 2;
            return Conv2d.conv2d(x, kernel, bias, new Shape(stride, stride), new Shape(pad, pad), new Shape(1, 1))
                    .singletonOrThrow();
        }

        String script(Script script, String x) {
            return script.call(
                    "conv2d",
                    x,
                    script.weight(kernel),
                    bias == null ? "None" : script.weight(bias),
                    Script.pair(stride),
                    Script.pair(kernel.getShape().get(2) / 2),
                    "[1, 1]",
                    1);
        }
    }

    /** Batch normalisation over all but axis 1. */
    record Norm(NDArray scale, NDArray shift, NDArray mean, NDArray variance) {
        static Norm declare(Weights weights, String path, int width) {
            Shape shape = new Shape(width);
            return new Norm(
                    weights.constant(path + ".scale", WeightRole.OFFSET, shape, 1),
                    weights.constant(path + ".shift", WeightRole.OFFSET, shape, 0),
                    weights.constant(path + ".mean", WeightRole.STATISTIC, shape, 0),
                    weights.constant(path + ".variance", WeightRole.STATISTIC, shape, 1));
        }

        NDArray apply(NDArray x, boolean training) {
            return JniUtils.batchNorm(
                    (PtNDArray) x,
                    (PtNDArray) mean,
                    (PtNDArray) variance,
                    (PtNDArray) scale,
                    (PtNDArray) shift,
                    training,
                    NORM_MOMENTUM,
                    NORM_EPSILON);
        }

        String script(Script script, String x) {
            return script.call(
                    "batch_norm",
                    x,
                    script.weight(scale),
                    script.weight(shift),
                    script.weight(mean),
                    script.weight(variance),
                    false,
                    NORM_MOMENTUM,
                    NORM_EPSILON,
                    false);
        }
    }

    /** Gives the argument up: the backward pass reads the result alone. */
    static NDArray relu(NDArray x) {
        try (x) {
            return Activation.relu(x);
        }
    }

    /** A convolution without bias and the normalisation behind it. */
    record ConvNorm(Conv conv, Norm norm) {
        static ConvNorm declare(
                Weights weights, String convPath, String normPath, int in, int out, int size, int stride) {
            return new ConvNorm(
                    Conv.declare(weights, convPath, in, out, size, stride, false),
                    Norm.declare(weights, normPath, out));
        }

        NDArray apply(NDArray x, boolean training) {
            try (NDArray y = conv.apply(x)) {
                return norm.apply(y, training);
            }
        }

        String script(Script script, String x) {
            return norm.script(script, conv.script(script, x));
        }
    }

    /**
     * Times a number that lives as long as the network. Not {@code mul(Number)}: DJL makes an array of the number in memory
     * of Java's and gives it up at once, while the recorded graph goes on to read it in the backward pass. After a garbage
     * collection in between, the gradient is multiplied by whatever lies there.
     */
    record Scale(NDArray factor) {
        static Scale by(NDManager manager, double factor) {
            return new Scale(manager.create((float) factor));
        }

        NDArray apply(NDArray x) {
            return x.mul(factor);
        }

        String script(Script script, String x) {
            return script.call("mul", x, factor.getFloat());
        }
    }

    /** {@code N x in → N x out}. */
    record Dense(NDArray kernel, @Nullable NDArray bias) {
        static Dense declare(Weights weights, String path, int in, int out, boolean bias, boolean zero) {
            return new Dense(
                    weights.kernel(path + ".kernel", new Shape(out, in), zero),
                    bias ? weights.constant(path + ".bias", WeightRole.OFFSET, new Shape(out), 0) : null);
        }

        NDArray apply(NDArray x) {
            return Linear.linear(x, kernel, bias).singletonOrThrow();
        }

        String script(Script script, String x) {
            return script.call("linear", x, script.weight(kernel), bias == null ? "None" : script.weight(bias));
        }
    }
}
