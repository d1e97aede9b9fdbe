package io.anchorstream.service.projection;

import java.util.Arrays;

/**
 * Exact t-SNE (van der Maaten and Hinton, 2008) for up to some thousand unit vectors, from a given start, so that the
 * same input always gives the same map. {@code O(N²)} a step: 1,000 points take some seconds of one core.
 */
final class TSne {
    private static final int EXAGGERATED = 80;
    private static final double EXAGGERATION = 4;

    private final double perplexity;
    private final int iterations;

    TSne(double perplexity, int iterations) {
        this.perplexity = perplexity;
        this.iterations = iterations;
    }

    /**
     * @param vectors {@code float[N][D]}, unit length
     * @param start {@code double[N][2]}
     * @return {@code double[N][2]}, centred
     */
    double[][] layOut(float[][] vectors, double[][] start) {
        int n = vectors.length;
        double[] x = new double[n];
        double[] y = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = start[i][0] * 1e-2;
            y[i] = start[i][1] * 1e-2;
        }
        if (n > 3) {
            descend(affinities(vectors), x, y);
        }
        double[][] points = new double[n][];
        double meanX = Arrays.stream(x).average().orElse(0);
        double meanY = Arrays.stream(y).average().orElse(0);
        for (int i = 0; i < n; i++) {
            points[i] = new double[] {x[i] - meanX, y[i] - meanY};
        }
        return points;
    }

    private void descend(float[][] p, double[] x, double[] y) {
        int n = x.length;
        double rate = Math.max(50, n / EXAGGERATION / 2);
        double[] stepX = new double[n];
        double[] stepY = new double[n];
        double[] gainX = new double[n];
        double[] gainY = new double[n];
        Arrays.fill(gainX, 1);
        Arrays.fill(gainY, 1);
        double[] pullX = new double[n];
        double[] pullY = new double[n];
        double[] pushX = new double[n];
        double[] pushY = new double[n];
        for (int iteration = 0;
                iteration < iterations && !Thread.currentThread().isInterrupted();
                iteration++) {
            double exaggeration = iteration < EXAGGERATED ? EXAGGERATION : 1;
            double momentum = iteration < EXAGGERATED ? 0.5 : 0.8;
            Arrays.fill(pullX, 0);
            Arrays.fill(pullY, 0);
            Arrays.fill(pushX, 0);
            Arrays.fill(pushY, 0);
            double total = 1e-12;
            for (int i = 0; i < n; i++) {
                float[] row = p[i];
                for (int j = 0; j < i; j++) {
                    double dx = x[i] - x[j];
                    double dy = y[i] - y[j];
                    double q = 1 / (1 + dx * dx + dy * dy);
                    total += 2 * q;
                    double pull = row[j] * q;
                    double push = q * q;
                    pullX[i] += pull * dx;
                    pullY[i] += pull * dy;
                    pullX[j] -= pull * dx;
                    pullY[j] -= pull * dy;
                    pushX[i] += push * dx;
                    pushY[i] += push * dy;
                    pushX[j] -= push * dx;
                    pushY[j] -= push * dy;
                }
            }
            for (int i = 0; i < n; i++) {
                double gradientX = 4 * (exaggeration * pullX[i] - pushX[i] / total);
                double gradientY = 4 * (exaggeration * pullY[i] - pushY[i] / total);
                gainX[i] = gain(gainX[i], gradientX, stepX[i]);
                gainY[i] = gain(gainY[i], gradientY, stepY[i]);
                stepX[i] = momentum * stepX[i] - rate * gainX[i] * gradientX;
                stepY[i] = momentum * stepY[i] - rate * gainY[i] * gradientY;
                x[i] += stepX[i];
                y[i] += stepY[i];
            }
        }
    }

    private static double gain(double gain, double gradient, double step) {
        return Math.max(0.01, gradient > 0 == step > 0 ? gain * 0.8 : gain + 0.2);
    }

    /** Symmetric affinities whose conditional rows have the wanted perplexity; sums to 1. */
    private float[][] affinities(float[][] vectors) {
        int n = vectors.length;
        double target = Math.log(Math.min(perplexity, (n - 1) / 3.0));
        float[][] p = new float[n][n];
        double[] distances = new double[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                distances[j] = squaredDistance(vectors[i], vectors[j]);
            }
            fillRow(p[i], distances, i, target);
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                float mean = Math.max((p[i][j] + p[j][i]) / (2 * n), 1e-12f);
                p[i][j] = mean;
                p[j][i] = mean;
            }
        }
        return p;
    }

    private static void fillRow(float[] row, double[] distances, int self, double target) {
        double low = 0;
        double high = Double.POSITIVE_INFINITY;
        double precision = 1;
        for (int attempt = 0; attempt < 50; attempt++) {
            double sum = 1e-300;
            double weighted = 0;
            for (int j = 0; j < distances.length; j++) {
                double weight = j == self ? 0 : Math.exp(-precision * distances[j]);
                row[j] = (float) weight;
                sum += weight;
                weighted += weight * distances[j];
            }
            double entropy = Math.log(sum) + precision * weighted / sum;
            for (int j = 0; j < row.length; j++) {
                row[j] = (float) (row[j] / sum);
            }
            if (Math.abs(entropy - target) < 1e-4) {
                return;
            }
            if (entropy > target) {
                low = precision;
                precision = Double.isInfinite(high) ? precision * 2 : (precision + high) / 2;
            } else {
                high = precision;
                precision = (precision + low) / 2;
            }
        }
    }

    private static double squaredDistance(float[] a, float[] b) {
        double dot = 0;
        for (int j = 0; j < a.length; j++) {
            dot += a[j] * b[j];
        }
        return Math.max(0, 2 - 2 * dot);
    }
}
