package io.anchorstream.model.loss;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A fully connected network of one hidden layer with batch normalisation, {@code x -> relu(norm(x A)) B + b}, with its own
 * optimiser. It is used while learning only, so that the batch's own moments always serve.
 */
final class Decoder {
    private static final double EPSILON = 1e-5;

    private final int hidden;
    private final long seed;
    private FloatMatrix inner = FloatMatrix.zeros(0, 0);
    private FloatMatrix outer = FloatMatrix.zeros(0, 0);
    private FloatMatrix scaling = FloatMatrix.zeros(2, 0);
    private FloatMatrix toInner = inner;
    private FloatMatrix toScaling = scaling;
    private FloatMatrix toOuter = outer;
    private AdamState innerOptimiser = new AdamState(0);
    private AdamState outerOptimiser = new AdamState(0);
    private AdamState scalingOptimiser = new AdamState(0);

    Decoder(int hidden, long seed) {
        this.hidden = hidden;
        this.seed = seed;
    }

    /**
     * What one pass leaves behind for the way back.
     *
     * @param normalised hidden units before scale and shift
     * @param deviations of the hidden units in this batch
     */
    @SuppressWarnings("ArrayRecordComponent") // working arrays of one step
    record Pass(
            FloatMatrix input, FloatMatrix normalised, double[] deviations, FloatMatrix active, FloatMatrix output) {}

    /** From {@code width} numbers to {@code made}; other widths than before start afresh. */
    void shape(int width, int made) {
        if (inner.rows() == width + 1 && outer.columns() == made) {
            return;
        }
        SplittableRandom random = new SplittableRandom(seed);
        // The last row of each matrix is the bias.
        inner = start(random, width, hidden, Math.sqrt(2.0 / width));
        outer = start(random, hidden, made, Math.sqrt(1.0 / ((double) hidden * made)));
        scaling = FloatMatrix.zeros(2, hidden);
        Arrays.fill(scaling.values(), 0, hidden, 1);
        scalingOptimiser = new AdamState(hidden);
        scalingOptimiser.grow(2);
        innerOptimiser = new AdamState(hidden);
        innerOptimiser.grow(width + 1);
        outerOptimiser = new AdamState(made);
        outerOptimiser.grow(hidden + 1);
        clearGradient();
    }

    private static FloatMatrix start(SplittableRandom random, int from, int to, double scale) {
        FloatMatrix out = FloatMatrix.zeros(from + 1, to);
        for (int i = 0; i < from * to; i++) {
            out.values()[i] = (float) (scale * random.nextGaussian());
        }
        return out;
    }

    void clearGradient() {
        toInner = FloatMatrix.zeros(inner.rows(), inner.columns());
        toScaling = FloatMatrix.zeros(2, scaling.columns());
        toOuter = FloatMatrix.zeros(outer.rows(), outer.columns());
    }

    Pass forward(FloatMatrix input) {
        FloatMatrix normalised = affine(input, inner);
        int n = input.rows();
        double[] deviations = new double[hidden];
        FloatMatrix active = FloatMatrix.zeros(n, hidden);
        for (int h = 0; h < hidden; h++) {
            double mean = 0;
            double square = 0;
            for (int i = 0; i < n; i++) {
                mean += normalised.get(i, h) / (double) n;
            }
            for (int i = 0; i < n; i++) {
                double x = normalised.get(i, h) - mean;
                square += x * x / n;
            }
            deviations[h] = Math.sqrt(square + EPSILON);
            for (int i = 0; i < n; i++) {
                float x = (float) ((normalised.get(i, h) - mean) / deviations[h]);
                normalised.values()[i * hidden + h] = x;
                active.values()[i * hidden + h] = Math.max(0, scaling.get(0, h) * x + scaling.get(1, h));
            }
        }
        return new Pass(input, normalised, deviations, active, affine(active, outer));
    }

    private static FloatMatrix affine(FloatMatrix input, FloatMatrix weights) {
        FloatMatrix out = FloatMatrix.zeros(input.rows(), weights.columns());
        int bias = (weights.rows() - 1) * weights.columns();
        for (int i = 0; i < input.rows(); i++) {
            System.arraycopy(weights.values(), bias, out.values(), i * weights.columns(), weights.columns());
        }
        input.addTimes(withoutBias(weights), 1, out);
        return out;
    }

    private static FloatMatrix withoutBias(FloatMatrix weights) {
        return new FloatMatrix(weights.rows() - 1, weights.columns(), weights.values());
    }

    /** Takes in d loss / d output for the parameters. */
    void accumulate(Pass pass, FloatMatrix gradient) {
        FloatMatrix toActive = throughActive(pass, gradient);
        addWeightGradient(pass.active, gradient, toOuter);
        for (int i = 0; i < toActive.rows(); i++) {
            for (int h = 0; h < hidden; h++) {
                toScaling.values()[h] += toActive.get(i, h) * pass.normalised.get(i, h);
                toScaling.values()[hidden + h] += toActive.get(i, h);
            }
        }
        addWeightGradient(pass.input, throughNorm(pass, toActive), toInner);
    }

    /** d loss / d input; the parameters take no notice. */
    FloatMatrix backward(Pass pass, FloatMatrix gradient) {
        return throughNorm(pass, throughActive(pass, gradient)).timesTransposed(withoutBias(inner));
    }

    private FloatMatrix throughActive(Pass pass, FloatMatrix gradient) {
        FloatMatrix toActive = gradient.timesTransposed(withoutBias(outer));
        for (int i = 0; i < toActive.values().length; i++) {
            if (pass.active.values()[i] <= 0) {
                toActive.values()[i] = 0;
            }
        }
        return toActive;
    }

    private FloatMatrix throughNorm(Pass pass, FloatMatrix toActive) {
        int n = toActive.rows();
        FloatMatrix out = FloatMatrix.zeros(n, hidden);
        for (int h = 0; h < hidden; h++) {
            double mean = 0;
            double along = 0;
            for (int i = 0; i < n; i++) {
                double g = toActive.get(i, h) * scaling.get(0, h);
                mean += g / n;
                along += g * pass.normalised.get(i, h) / n;
            }
            for (int i = 0; i < n; i++) {
                double g = toActive.get(i, h) * scaling.get(0, h) - mean - pass.normalised.get(i, h) * along;
                out.values()[i * hidden + h] = (float) (g / pass.deviations[h]);
            }
        }
        return out;
    }

    private static void addWeightGradient(FloatMatrix input, FloatMatrix gradient, FloatMatrix out) {
        input.addTransposedTimes(gradient, 1, withoutBias(out));
        int width = gradient.columns();
        int bias = (out.rows() - 1) * width;
        for (int i = 0; i < gradient.rows(); i++) {
            FloatMatrix.addScaled(out.values(), bias, 1, gradient.values(), i * width, width);
        }
    }

    void step(double rate) {
        step(innerOptimiser, inner, toInner, rate);
        step(scalingOptimiser, scaling, toScaling, rate);
        step(outerOptimiser, outer, toOuter, rate);
    }

    private static void step(AdamState optimiser, FloatMatrix weights, FloatMatrix gradient, double rate) {
        for (int row = 0; row < weights.rows(); row++) {
            optimiser.step(weights.values(), row, gradient.values(), row * weights.columns(), rate, 0);
        }
    }

    void save(SavedState state) {
        state.putLongs("widths", Math.max(0, inner.rows() - 1), hidden, outer.columns());
        state.putFloats("inner", inner.values());
        state.putFloats("outer", outer.values());
        state.putFloats("scaling", scaling.values());
        scalingOptimiser.save(state.scope("scaling-optimiser"));
        innerOptimiser.save(state.scope("inner-optimiser"));
        outerOptimiser.save(state.scope("outer-optimiser"));
    }

    void load(SavedState state) {
        long[] widths = state.longs("widths");
        if (widths[1] != hidden) {
            throw new IllegalArgumentException("the saved generator has " + widths[1] + " hidden units, this one "
                    + hidden + ": restore with the options the checkpoint was written with");
        }
        if (widths[0] > 0) {
            shape((int) widths[0], (int) widths[2]);
            System.arraycopy(state.floats("inner"), 0, inner.values(), 0, inner.values().length);
            System.arraycopy(state.floats("outer"), 0, outer.values(), 0, outer.values().length);
            System.arraycopy(state.floats("scaling"), 0, scaling.values(), 0, scaling.values().length);
            scalingOptimiser.load(state.scope("scaling-optimiser"));
            innerOptimiser.load(state.scope("inner-optimiser"));
            outerOptimiser.load(state.scope("outer-optimiser"));
        }
    }
}
