package io.anchorstream.model.loss;

/**
 * SoftTriple (Qian et al., arXiv 1909.05235): a class has several centres; a sample's similarity to it is their cosines
 * weighted by a softmax at temperature gamma; then a softmax over classes with scale lambda and margin delta. A penalty
 * pulls the centres of a class together, so that superfluous ones merge.
 */
final class SoftTripleObjective implements ProxyObjective {
    private static final double ROOT_GUARD = 1e-5;

    /** @param merge weight of the penalty (tau in the paper) */
    record Settings(double lambda, double gamma, double delta, double merge) {}

    private final Settings settings;

    SoftTripleObjective(Settings settings) {
        this.settings = settings;
    }

    @Override
    public double evaluate(ProxyScores scores, float[] gradient) {
        int classes = scores.classes();
        int labelled = scores.labelled();
        double total = 0;
        double[] similarity = new double[classes];
        for (int i = 0; i < scores.samples(); i++) {
            int target = scores.targets()[i];
            if (target < 0) {
                continue;
            }
            LogSumExp all = new LogSumExp();
            for (int c = 0; c < classes; c++) {
                similarity[c] = relaxed(scores, i, c);
                all.add(logit(similarity[c], c == target));
            }
            total += all.value() - logit(similarity[target], true);
            for (int c = 0; c < classes; c++) {
                double slope = settings.lambda
                        * (all.share(logit(similarity[c], c == target)) - (c == target ? 1 : 0))
                        / labelled;
                spread(scores, i, c, similarity[c], slope, gradient);
            }
        }
        return total / labelled;
    }

    private double logit(double similarity, boolean own) {
        return settings.lambda * (own ? similarity - settings.delta : similarity);
    }

    private double relaxed(ProxyScores scores, int sample, int c) {
        LogSumExp weights = weights(scores, sample, c);
        double sum = 0;
        for (int k = 0; k < scores.rowsPerClass(); k++) {
            double s = scores.values()[scores.at(sample, c, k)];
            sum += weights.share(s / settings.gamma) * s;
        }
        return sum;
    }

    private LogSumExp weights(ProxyScores scores, int sample, int c) {
        LogSumExp weights = new LogSumExp();
        for (int k = 0; k < scores.rowsPerClass(); k++) {
            weights.add(scores.values()[scores.at(sample, c, k)] / settings.gamma);
        }
        return weights;
    }

    private void spread(ProxyScores scores, int sample, int c, double similarity, double slope, float[] gradient) {
        LogSumExp weights = weights(scores, sample, c);
        for (int k = 0; k < scores.rowsPerClass(); k++) {
            double s = scores.values()[scores.at(sample, c, k)];
            double share = weights.share(s / settings.gamma);
            gradient[scores.at(sample, c, k)] = (float) (slope * share * (1 + (s - similarity) / settings.gamma));
        }
    }

    @Override
    public double regularise(FloatMatrix proxies, int rowsPerClass, FloatMatrix gradient) {
        if (rowsPerClass == 1 || settings.merge == 0) {
            return 0;
        }
        int classes = proxies.rows() / rowsPerClass;
        int width = proxies.columns();
        double weight = settings.merge / ((double) classes * rowsPerClass * (rowsPerClass - 1));
        double total = 0;
        for (int row = 0; row < proxies.rows(); row++) {
            int endOfClass = (row / rowsPerClass + 1) * rowsPerClass;
            for (int other = row + 1; other < endOfClass; other++) {
                double cosine = 0;
                for (int d = 0; d < width; d++) {
                    cosine += (double) proxies.get(row, d) * proxies.get(other, d);
                }
                double root = Math.sqrt(Math.max(0, 2 - 2 * cosine) + ROOT_GUARD);
                total += root;
                float slope = (float) (-weight / root);
                FloatMatrix.addScaled(gradient.values(), row * width, slope, proxies.values(), other * width, width);
                FloatMatrix.addScaled(gradient.values(), other * width, slope, proxies.values(), row * width, width);
            }
        }
        return weight * total;
    }
}
