package io.anchorstream.model.training;

import java.util.Arrays;

/** Cholesky's method for symmetric systems, in loops that the compiler turns into vector instructions. */
final class Ridge {
    private Ridge() {}

    /**
     * Solves {@code A X = B} in place.
     *
     * @param a {@code double[n][n]}, symmetric and positive definite; its upper triangle is read and overwritten
     * @param b {@code double[n][m]}, becomes X
     */
    static void solve(double[] a, int n, double[] b, int m) {
        for (int k = 0; k < n; k++) {
            double root = Math.sqrt(a[k * n + k]);
            for (int j = k; j < n; j++) {
                a[k * n + j] /= root;
            }
            for (int i = k + 1; i < n; i++) {
                addScaled(a, i * n + i, -a[k * n + i], a, k * n + i, n - i);
            }
        }
        for (int k = 0; k < n; k++) {
            scale(b, k * m, 1 / a[k * n + k], m);
            for (int i = k + 1; i < n; i++) {
                addScaled(b, i * m, -a[k * n + i], b, k * m, m);
            }
        }
        for (int k = n - 1; k >= 0; k--) {
            for (int i = k + 1; i < n; i++) {
                addScaled(b, k * m, -a[k * n + i], b, i * m, m);
            }
            scale(b, k * m, 1 / a[k * n + k], m);
        }
    }

    /** {@code trace(X^T A X)} with A's upper triangle and {@code X = double[n][m]}. */
    static double size(double[] a, int n, double[] x, int m) {
        double total = 0;
        double[] row = new double[m];
        for (int i = 0; i < n; i++) {
            Arrays.fill(row, 0);
            addScaled(row, 0, a[i * n + i], x, i * m, m);
            for (int j = i + 1; j < n; j++) {
                addScaled(row, 0, 2 * a[i * n + j], x, j * m, m);
            }
            for (int d = 0; d < m; d++) {
                total += row[d] * x[i * m + d];
            }
        }
        return total;
    }

    static void addScaled(double[] out, int outAt, double factor, double[] in, int inAt, int length) {
        for (int d = 0; d < length; d++) {
            out[outAt + d] += factor * in[inAt + d];
        }
    }

    static void addScaled(double[] out, int outAt, double factor, float[] in, int inAt, int length) {
        for (int d = 0; d < length; d++) {
            out[outAt + d] += factor * in[inAt + d];
        }
    }

    private static void scale(double[] values, int at, double factor, int length) {
        for (int d = 0; d < length; d++) {
            values[at + d] *= factor;
        }
    }
}
