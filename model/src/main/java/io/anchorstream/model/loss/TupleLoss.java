package io.anchorstream.model.loss;

/** The metric losses that hardness-aware learning is built over. */
sealed interface TupleLoss {

    /** Mean over tuples; adds {@code weight} times the gradient to {@code out}. */
    double evaluate(Tuples tuples, double weight, Tuples out);

    /** Triplets on squared distances: {@code [d_ap - d_an + m]+}. */
    record Triplet(double margin) implements TupleLoss {
        @Override
        public double evaluate(Tuples tuples, double weight, Tuples out) {
            int width = tuples.anchors().columns();
            double total = 0;
            for (int i = 0; i < tuples.rows(); i++) {
                double hinge = margin;
                for (int d = 0; d < width; d++) {
                    double a = tuples.anchors().get(i, d);
                    double toPositive = a - tuples.positives().get(i, d);
                    double toNegative = a - tuples.negatives().get(i, d);
                    hinge += toPositive * toPositive - toNegative * toNegative;
                }
                if (hinge <= 0) {
                    continue;
                }
                total += hinge;
                double slope = 2 * weight / tuples.rows();
                for (int d = 0; d < width; d++) {
                    int at = i * width + d;
                    double a = tuples.anchors().get(i, d);
                    double p = tuples.positives().get(i, d);
                    double n = tuples.negatives().get(i, d);
                    out.anchors().values()[at] += (float) (slope * (n - p));
                    out.positives().values()[at] += (float) (slope * (p - a));
                    out.negatives().values()[at] += (float) (slope * (a - n));
                }
            }
            return total / tuples.rows();
        }
    }

    /** N-pair: {@code log(1 + sum_n exp(k (a.n - a.p)))}, mean over anchors. */
    record NPair(double scale) implements TupleLoss {
        @Override
        public double evaluate(Tuples tuples, double weight, Tuples out) {
            int groups = tuples.rows() / tuples.perAnchor();
            double total = 0;
            for (int group = 0; group < groups; group++) {
                int first = group * tuples.perAnchor();
                LogSumExp sum = new LogSumExp();
                sum.add(0);
                for (int i = first; i < first + tuples.perAnchor(); i++) {
                    sum.add(exponent(tuples, i));
                }
                total += sum.value();
                for (int i = first; i < first + tuples.perAnchor(); i++) {
                    double slope = weight * scale * sum.share(exponent(tuples, i)) / groups;
                    addGradient(tuples, i, slope, out);
                }
            }
            return total / groups;
        }

        private double exponent(Tuples tuples, int row) {
            double sum = 0;
            for (int d = 0; d < tuples.anchors().columns(); d++) {
                sum += (double) tuples.anchors().get(row, d)
                        * (tuples.negatives().get(row, d) - tuples.positives().get(row, d));
            }
            return scale * sum;
        }

        private static void addGradient(Tuples tuples, int row, double slope, Tuples out) {
            int width = tuples.anchors().columns();
            for (int d = 0; d < width; d++) {
                int at = row * width + d;
                double a = tuples.anchors().get(row, d);
                out.anchors().values()[at] += (float) (slope
                        * (tuples.negatives().get(row, d) - tuples.positives().get(row, d)));
                out.negatives().values()[at] += (float) (slope * a);
                out.positives().values()[at] -= (float) (slope * a);
            }
        }
    }
}
