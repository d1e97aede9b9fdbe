package io.anchorstream.model.loss;

/** Functions that must not overflow. */
final class Numbers {
    private Numbers() {}

    /** {@code log(1 + exp x)}. */
    static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    static double sigmoid(double x) {
        if (x >= 0) {
            return 1 / (1 + Math.exp(-x));
        }
        double e = Math.exp(x);
        return e / (1 + e);
    }
}
