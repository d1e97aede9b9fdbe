package io.anchorstream.model.loss;

import java.util.Arrays;

/**
 * AdamW for the parameters that a loss keeps itself, row by row: rows that join later start their own bias correction,
 * and rows without a gradient stay untouched.
 */
final class AdamState {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;

    private final int width;
    private float[] first = new float[0];
    private float[] second = new float[0];
    private long[] steps = new long[0];

    AdamState(int width) {
        this.width = width;
    }

    void grow(int rows) {
        if (steps.length < rows) {
            first = Arrays.copyOf(first, rows * width);
            second = Arrays.copyOf(second, rows * width);
            steps = Arrays.copyOf(steps, rows);
        }
    }

    /** Forgets what a row has learnt: its slot now belongs to something else. */
    void reset(int row) {
        Arrays.fill(first, row * width, (row + 1) * width, 0);
        Arrays.fill(second, row * width, (row + 1) * width, 0);
        steps[row] = 0;
    }

    /**
     * Moves one row.
     *
     * @param gradientAt where the row's gradient begins in {@code gradient}
     */
    void step(float[] parameters, int row, float[] gradient, int gradientAt, double rate, double decay) {
        steps[row]++;
        double correction1 = 1 - Math.pow(BETA1, (double) steps[row]);
        double correction2 = 1 - Math.pow(BETA2, (double) steps[row]);
        for (int d = 0; d < width; d++) {
            int at = row * width + d;
            float g = gradient[gradientAt + d];
            first[at] = (float) (BETA1 * first[at] + (1 - BETA1) * g);
            second[at] = (float) (BETA2 * second[at] + (1 - BETA2) * g * g);
            double move = (first[at] / correction1) / (Math.sqrt(second[at] / correction2) + EPSILON);
            parameters[at] -= (float) (rate * (move + decay * parameters[at]));
        }
    }

    void save(SavedState state) {
        save(state, steps.length);
    }

    /** The first {@code rows} of them: room kept for more is no state. */
    void save(SavedState state, int rows) {
        state.putFloats("first", Arrays.copyOf(first, rows * width));
        state.putFloats("second", Arrays.copyOf(second, rows * width));
        state.putLongs("steps", Arrays.copyOf(steps, rows));
    }

    void load(SavedState state) {
        first = state.floats("first");
        second = state.floats("second");
        steps = state.longs("steps");
    }
}
