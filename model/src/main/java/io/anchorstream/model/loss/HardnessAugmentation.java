package io.anchorstream.model.loss;

/**
 * Hardness-aware synthetic negatives (HDML, arXiv 1903.05503): a negative farther than the positive is moved along the
 * line to the anchor, to a distance between the positive's and its own; {@code z + [d+ + hardness (d- - d+)] (z- - z) /
 * d-}. A negative that is already nearer stays.
 */
final class HardnessAugmentation {
    private static final double LEAST = 1e-8;
    private static final double SAME_PLACE = 1e-12;

    private HardnessAugmentation() {}

    /** {@code exp(-alpha / J)}: 1 = leave negatives where they are, towards 0 = pull them to the positive's distance. */
    static double hardness(double alpha, double runningLoss) {
        return Math.exp(-alpha / Math.max(runningLoss, LEAST));
    }

    /** The share of the way from anchor to negative at which the synthetic negative lies; 1 = the negative itself. */
    static double share(double toPositive, double toNegative, double hardness) {
        if (toNegative <= toPositive) {
            return 1;
        }
        return (toPositive + (toNegative - toPositive) * hardness) / Math.max(toNegative, SAME_PLACE);
    }

    /** Synthetic negatives of rows that belong together, {@code float[T][D]}. */
    static FloatMatrix synthesise(FloatMatrix anchors, FloatMatrix positives, FloatMatrix negatives, double hardness) {
        int width = anchors.columns();
        FloatMatrix out = FloatMatrix.zeros(anchors.rows(), width);
        for (int i = 0; i < anchors.rows(); i++) {
            double share = share(distance(anchors, positives, i), distance(anchors, negatives, i), hardness);
            for (int d = 0; d < width; d++) {
                double from = anchors.get(i, d);
                out.values()[i * width + d] =
                        share == 1 ? negatives.get(i, d) : (float) (from + share * (negatives.get(i, d) - from));
            }
        }
        return out;
    }

    /** Adds d loss / d anchors, positives and negatives, given d loss / d synthetic negatives. */
    static void backward(Tuples tuples, double hardness, FloatMatrix gradient, Tuples out) {
        int width = gradient.columns();
        for (int i = 0; i < gradient.rows(); i++) {
            double dp = distance(tuples.anchors(), tuples.positives(), i);
            double dn = distance(tuples.anchors(), tuples.negatives(), i);
            double share = share(dp, dn, hardness);
            double along = 0;
            for (int d = 0; d < width; d++) {
                double g = gradient.get(i, d);
                int at = i * width + d;
                out.anchors().values()[at] += (float) ((1 - share) * g);
                out.negatives().values()[at] += (float) (share * g);
                along += g * (tuples.negatives().get(i, d) - tuples.anchors().get(i, d));
            }
            if (share == 1 || dp == 0) {
                continue;
            }
            double byPositive = along * (1 - hardness) / dn / dp;
            double byNegative = -along * (1 - hardness) * dp / (dn * dn * dn);
            for (int d = 0; d < width; d++) {
                int at = i * width + d;
                double toPositive =
                        tuples.anchors().get(i, d) - tuples.positives().get(i, d);
                double toNegative =
                        tuples.anchors().get(i, d) - tuples.negatives().get(i, d);
                out.anchors().values()[at] += (float) (byPositive * toPositive + byNegative * toNegative);
                out.positives().values()[at] -= (float) (byPositive * toPositive);
                out.negatives().values()[at] -= (float) (byNegative * toNegative);
            }
        }
    }

    private static double distance(FloatMatrix a, FloatMatrix b, int row) {
        double sum = 0;
        for (int d = 0; d < a.columns(); d++) {
            double x = (double) a.get(row, d) - b.get(row, d);
            sum += x * x;
        }
        return Math.sqrt(sum);
    }
}
