package io.anchorstream.service.backtest;

import java.util.List;

/**
 * Mean over seeds with the half-width of its 95 % confidence interval (Student's t).
 *
 * @param halfWidth NaN with fewer than two values
 */
record Spread(double mean, double halfWidth, int count) {
    /** Two-sided 95 % quantiles of Student's t for 1, 2, ... degrees of freedom. */
    private static final double[] T95 = {
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
        2.110, 2.101, 2.093, 2.086
    };

    private static final double NORMAL = 1.96;

    static Spread of(List<Double> values) {
        int n = values.size();
        double mean = values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
        if (n < 2) {
            return new Spread(mean, Double.NaN, n);
        }
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        double t = n - 2 < T95.length ? T95[n - 2] : NORMAL;
        return new Spread(mean, t * Math.sqrt(squares / (n - 1) / n), n);
    }

    /** Whether 0 lies outside the interval. */
    boolean differsFromZero() {
        return Math.abs(mean) > halfWidth;
    }
}
