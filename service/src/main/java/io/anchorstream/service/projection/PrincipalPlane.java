package io.anchorstream.service.projection;

/** The first two principal components, by power iteration: a deterministic start for a map. */
final class PrincipalPlane {
    private static final int ITERATIONS = 40;

    private PrincipalPlane() {}

    /** Projects {@code float[N][D]} to {@code double[N][2]}, centred, with unit standard deviation on the first axis. */
    static double[][] project(float[][] rows) {
        int n = rows.length;
        int d = n == 0 ? 0 : rows[0].length;
        double[][] centred = new double[n][d];
        for (int j = 0; j < d; j++) {
            double mean = 0;
            for (float[] row : rows) {
                mean += row[j] / n;
            }
            for (int i = 0; i < n; i++) {
                centred[i][j] = rows[i][j] - mean;
            }
        }
        double[] first = component(centred, new double[0]);
        double[] second = component(centred, first);
        double[][] plane = new double[n][2];
        double squares = 1e-12;
        for (int i = 0; i < n; i++) {
            plane[i][0] = dot(centred[i], first);
            plane[i][1] = dot(centred[i], second);
            squares += plane[i][0] * plane[i][0];
        }
        double scale = 1 / Math.sqrt(squares / Math.max(1, n));
        for (double[] point : plane) {
            point[0] *= scale;
            point[1] *= scale;
        }
        return plane;
    }

    /** The strongest direction, orthogonal to another unless that is empty. */
    private static double[] component(double[][] rows, double[] orthogonalTo) {
        int d = rows.length == 0 ? 0 : rows[0].length;
        double[] direction = new double[d];
        for (int j = 0; j < d; j++) {
            direction[j] = Math.cos(1.0 + j); // any fixed start that favours no axis
        }
        for (int iteration = 0; iteration < ITERATIONS; iteration++) {
            double[] next = new double[d];
            for (double[] row : rows) {
                double weight = dot(row, direction);
                for (int j = 0; j < d; j++) {
                    next[j] += weight * row[j];
                }
            }
            if (orthogonalTo.length > 0) {
                double along = dot(next, orthogonalTo);
                for (int j = 0; j < d; j++) {
                    next[j] -= along * orthogonalTo[j];
                }
            }
            double norm = Math.sqrt(dot(next, next)) + 1e-300;
            for (int j = 0; j < d; j++) {
                direction[j] = next[j] / norm;
            }
        }
        return direction;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            sum += a[j] * b[j];
        }
        return sum;
    }
}
