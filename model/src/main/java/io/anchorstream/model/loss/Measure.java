package io.anchorstream.model.loss;

/** How two rows are compared, and how the gradient of that number reaches the rows. */
enum Measure {
    /** {@code |a - b|^2}. */
    SQUARED,
    /** {@code |a - b|}; at distance 0 its gradient is taken as 0, where it has no direction. */
    EUCLIDEAN,
    /** {@code a . b}. */
    DOT;

    /** All pairs within one batch, {@code float[N][N]}; summed in double, so duplicates come out as exactly 0. */
    float[] withinBatch(FloatMatrix rows) {
        int n = rows.rows();
        int width = rows.columns();
        float[] x = rows.values();
        float[] out = new float[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = i; j < n; j++) {
                double sum = 0;
                if (this == DOT) {
                    for (int d = 0; d < width; d++) {
                        sum += (double) x[i * width + d] * x[j * width + d];
                    }
                } else {
                    for (int d = 0; d < width; d++) {
                        double difference = (double) x[i * width + d] - x[j * width + d];
                        sum += difference * difference;
                    }
                }
                float value = (float) (this == EUCLIDEAN ? Math.sqrt(sum) : sum);
                out[i * n + j] = value;
                out[j * n + i] = value;
            }
        }
        return out;
    }

    /** All pairs of rows and a bank, {@code float[N][M]}. */
    float[] against(FloatMatrix rows, FloatMatrix bank) {
        float[] out = rows.timesTransposed(bank).values();
        if (this == DOT) {
            return out;
        }
        double[] rowNorms = squaredNorms(rows);
        double[] bankNorms = squaredNorms(bank);
        int m = bank.rows();
        for (int i = 0; i < rows.rows(); i++) {
            for (int j = 0; j < m; j++) {
                double squared = Math.max(0, rowNorms[i] + bankNorms[j] - 2.0 * out[i * m + j]);
                out[i * m + j] = (float) (this == EUCLIDEAN ? Math.sqrt(squared) : squared);
            }
        }
        return out;
    }

    private static double[] squaredNorms(FloatMatrix rows) {
        double[] norms = new double[rows.rows()];
        for (int i = 0; i < norms.length; i++) {
            for (int d = 0; d < rows.columns(); d++) {
                double x = rows.get(i, d);
                norms[i] += x * x;
            }
        }
        return norms;
    }

    /**
     * Adds d loss / d rows for pairs within one batch.
     *
     * @param gradient {@code float[N][N]} d loss / d value
     */
    void backwardWithinBatch(FloatMatrix rows, float[] values, float[] gradient, FloatMatrix out) {
        int n = rows.rows();
        float[] symmetric = new float[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                symmetric[i * n + j] = factor(values[i * n + j], gradient[i * n + j] + gradient[j * n + i]);
            }
        }
        FloatMatrix weights = new FloatMatrix(n, n, symmetric);
        weights.addTimes(rows, this == DOT ? 1 : -1, out);
        if (this != DOT) {
            addRowSums(weights, rows, out);
        }
    }

    /**
     * Adds d loss / d rows for pairs of rows with a bank.
     *
     * @param gradient {@code float[N][M]} d loss / d value
     */
    void backwardAgainst(FloatMatrix rows, FloatMatrix bank, float[] values, float[] gradient, FloatMatrix out) {
        FloatMatrix weights = factors(rows, bank, values, gradient);
        weights.addTimes(bank, this == DOT ? 1 : -1, out);
        if (this != DOT) {
            addRowSums(weights, rows, out);
        }
    }

    private FloatMatrix factors(FloatMatrix rows, FloatMatrix bank, float[] values, float[] gradient) {
        float[] factors = new float[gradient.length];
        for (int i = 0; i < gradient.length; i++) {
            factors[i] = factor(values[i], gradient[i]);
        }
        return new FloatMatrix(rows.rows(), bank.rows(), factors);
    }

    private float factor(float value, float gradient) {
        return switch (this) {
            case SQUARED -> 2 * gradient;
            case EUCLIDEAN -> value == 0 ? 0 : gradient / value;
            case DOT -> gradient;
        };
    }

    private static void addRowSums(FloatMatrix weights, FloatMatrix rows, FloatMatrix out) {
        int width = rows.columns();
        for (int i = 0; i < rows.rows(); i++) {
            double sum = 0;
            for (int j = 0; j < weights.columns(); j++) {
                sum += weights.get(i, j);
            }
            FloatMatrix.addScaled(out.values(), i * width, (float) sum, rows.values(), i * width, width);
        }
    }
}
