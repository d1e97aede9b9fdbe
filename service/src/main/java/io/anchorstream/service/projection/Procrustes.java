package io.anchorstream.service.projection;

/** Turns, flips and scales a map onto another of the same points, as closely as that can be done (least squares). */
final class Procrustes {
    private Procrustes() {}

    /** Both {@code double[N][2]} and centred; returns {@code points} brought onto {@code target}. */
    static double[][] align(double[][] points, double[][] target) {
        double[][] straight = fit(points, target);
        double[][] mirrored = fit(mirror(points), target);
        return error(straight, target) <= error(mirrored, target) ? straight : mirrored;
    }

    private static double[][] fit(double[][] points, double[][] target) {
        // In the plane the best rotation has a closed form: the angle of the complex inner product.
        double cosine = 0;
        double sine = 0;
        double squares = 1e-12;
        for (int i = 0; i < points.length; i++) {
            cosine += points[i][0] * target[i][0] + points[i][1] * target[i][1];
            sine += points[i][0] * target[i][1] - points[i][1] * target[i][0];
            squares += points[i][0] * points[i][0] + points[i][1] * points[i][1];
        }
        double norm = Math.hypot(cosine, sine) + 1e-300;
        double scale = Math.sqrt(spread(target) / squares);
        double c = cosine / norm * scale;
        double s = sine / norm * scale;
        double[][] fitted = new double[points.length][];
        for (int i = 0; i < points.length; i++) {
            fitted[i] = new double[] {c * points[i][0] - s * points[i][1], s * points[i][0] + c * points[i][1]};
        }
        return fitted;
    }

    private static double spread(double[][] points) {
        double squares = 0;
        for (double[] point : points) {
            squares += point[0] * point[0] + point[1] * point[1];
        }
        return squares;
    }

    private static double[][] mirror(double[][] points) {
        double[][] mirrored = new double[points.length][];
        for (int i = 0; i < points.length; i++) {
            mirrored[i] = new double[] {-points[i][0], points[i][1]};
        }
        return mirrored;
    }

    private static double error(double[][] a, double[][] b) {
        double error = 0;
        for (int i = 0; i < a.length; i++) {
            error += Math.pow(a[i][0] - b[i][0], 2) + Math.pow(a[i][1] - b[i][1], 2);
        }
        return error;
    }
}
