package io.anchorstream.model.alignment;

import io.anchorstream.model.loss.FloatMatrix;

/**
 * The rotation that brings one set of vectors nearest to another (orthogonal Procrustes; Schönemann 1966): the
 * orthogonal polar factor of {@code from^T * to}, by Newton's iteration with Higham's scaling (Higham 1986). Directions
 * that the vectors say nothing about stay as they are.
 */
public final class Procrustes {
    /** Above this the cubic cost is felt: some 20 s on one core. */
    public static final int LARGEST_DIMENSION = 1_024;

    private static final double RIDGE = 1e-3;
    private static final int MOST_STEPS = 60;
    private static final double TOLERANCE = 1e-10;

    private Procrustes() {}

    /**
     * Minimises {@code |from * R - to|} in least squares, with a weak pull of R to the identity.
     *
     * @param from {@code float[N][D]}
     * @param to {@code float[N][D]}, row by row the same things
     */
    public static Rotation fit(FloatMatrix from, FloatMatrix to) {
        if (from.rows() != to.rows() || from.columns() != to.columns()) {
            throw new IllegalArgumentException("vectors of " + from.rows() + " x " + from.columns()
                    + " cannot be turned onto " + to.rows() + " x " + to.columns());
        }
        int d = from.columns();
        double[][] x = new double[d][d];
        for (int i = 0; i < from.rows(); i++) {
            for (int r = 0; r < d; r++) {
                double a = from.get(i, r);
                double[] row = x[r];
                for (int c = 0; c < d; c++) {
                    row[c] += a * to.get(i, c);
                }
            }
        }
        double scale = Math.max(frobenius(x), Double.MIN_NORMAL);
        for (int r = 0; r < d; r++) {
            for (int c = 0; c < d; c++) {
                x[r][c] = x[r][c] / scale + (r == c ? RIDGE / Math.sqrt(d) : 0);
            }
        }
        return new Rotation(toFloats(polar(x)));
    }

    private static double[][] polar(double[][] start) {
        double[][] x = start;
        for (int step = 0; step < MOST_STEPS; step++) {
            double[][] inverse = inverse(x);
            double gamma = Math.sqrt(frobenius(inverse) / frobenius(x));
            double[][] next = new double[x.length][x.length];
            double change = 0;
            for (int r = 0; r < x.length; r++) {
                for (int c = 0; c < x.length; c++) {
                    next[r][c] = 0.5 * (gamma * x[r][c] + inverse[c][r] / gamma);
                    double moved = next[r][c] - x[r][c];
                    change += moved * moved;
                }
            }
            x = next;
            if (Math.sqrt(change / x.length) < TOLERANCE) {
                break;
            }
        }
        return x;
    }

    /** Gauss-Jordan with partial pivoting. */
    private static double[][] inverse(double[][] matrix) {
        int n = matrix.length;
        double[][] left = new double[n][];
        double[][] right = new double[n][n];
        for (int i = 0; i < n; i++) {
            left[i] = matrix[i].clone();
            right[i][i] = 1;
        }
        for (int column = 0; column < n; column++) {
            int pivot = column;
            for (int row = column + 1; row < n; row++) {
                if (Math.abs(left[row][column]) > Math.abs(left[pivot][column])) {
                    pivot = row;
                }
            }
            swap(left, pivot, column);
            swap(right, pivot, column);
            double p = left[column][column];
            if (p == 0 || !Double.isFinite(p)) {
                throw new IllegalArgumentException(
                        "the vectors cannot be aligned: they are not finite, or lie in a plane that is turned by half");
            }
            divide(left[column], p);
            divide(right[column], p);
            for (int row = 0; row < n; row++) {
                double factor = left[row][column];
                if (row != column && factor != 0) {
                    subtract(left[row], factor, left[column]);
                    subtract(right[row], factor, right[column]);
                }
            }
        }
        return right;
    }

    private static void swap(double[][] rows, int a, int b) {
        double[] kept = rows[a];
        rows[a] = rows[b];
        rows[b] = kept;
    }

    private static void divide(double[] row, double by) {
        for (int i = 0; i < row.length; i++) {
            row[i] /= by;
        }
    }

    private static void subtract(double[] row, double factor, double[] other) {
        for (int i = 0; i < row.length; i++) {
            row[i] -= factor * other[i];
        }
    }

    private static double frobenius(double[][] matrix) {
        double sum = 0;
        for (double[] row : matrix) {
            for (double value : row) {
                sum += value * value;
            }
        }
        return Math.sqrt(sum);
    }

    private static FloatMatrix toFloats(double[][] matrix) {
        FloatMatrix floats = FloatMatrix.zeros(matrix.length, matrix.length);
        for (int r = 0; r < matrix.length; r++) {
            for (int c = 0; c < matrix.length; c++) {
                floats.values()[r * matrix.length + c] = (float) matrix[r][c];
            }
        }
        return floats;
    }
}
