package io.anchorstream.model.loss;

/**
 * Multi-similarity loss (Wang et al., arXiv 1904.06627): {@code 1/N sum_i [1/a log(1 + sum_p exp(-a (s_ip - l))) + 1/b
 * log(1 + sum_n exp(b (s_in - l)))]}. Its miner keeps negatives above the worst positive less epsilon, and positives
 * below the hardest negative plus epsilon.
 */
final class MultiSimilarityLoss implements PairLoss {

    /** @param mine whether the miner chooses the pairs; otherwise all of them count */
    record Settings(double alpha, double beta, double base, double epsilon, boolean mine) {}

    private final Settings settings;

    MultiSimilarityLoss(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Measure measure() {
        return Measure.DOT;
    }

    @Override
    public PairTally evaluate(PairMatrix pairs, float[] gradient) {
        double total = 0;
        int validAnchors = 0;
        long valid = 0;
        long active = 0;
        for (int anchor = 0; anchor < pairs.anchors(); anchor++) {
            int[] positives = pairs.related(anchor, PairMatrix.POSITIVE);
            int[] negatives = pairs.related(anchor, PairMatrix.NEGATIVE);
            if (positives.length == 0 || negatives.length == 0) {
                continue;
            }
            validAnchors++;
            valid += positives.length + negatives.length;
            float worstPositive = Float.POSITIVE_INFINITY;
            float hardestNegative = Float.NEGATIVE_INFINITY;
            for (int p : positives) {
                worstPositive = Math.min(worstPositive, pairs.value(anchor, p));
            }
            for (int n : negatives) {
                hardestNegative = Math.max(hardestNegative, pairs.value(anchor, n));
            }
            double keepBelow = settings.mine ? hardestNegative + settings.epsilon : Double.POSITIVE_INFINITY;
            double keepAbove = settings.mine ? worstPositive - settings.epsilon : Double.NEGATIVE_INFINITY;
            LogSumExp pull = new LogSumExp();
            LogSumExp push = new LogSumExp();
            pull.add(0);
            push.add(0);
            for (int p : positives) {
                if (pairs.value(anchor, p) < keepBelow) {
                    pull.add(-settings.alpha * (pairs.value(anchor, p) - settings.base));
                    active++;
                }
            }
            for (int n : negatives) {
                if (pairs.value(anchor, n) > keepAbove) {
                    push.add(settings.beta * (pairs.value(anchor, n) - settings.base));
                    active++;
                }
            }
            total += pull.value() / settings.alpha + push.value() / settings.beta;
            int start = anchor * pairs.candidates();
            for (int p : positives) {
                if (pairs.value(anchor, p) < keepBelow) {
                    gradient[start + p] =
                            (float) -pull.share(-settings.alpha * (pairs.value(anchor, p) - settings.base));
                }
            }
            for (int n : negatives) {
                if (pairs.value(anchor, n) > keepAbove) {
                    gradient[start + n] = (float) push.share(settings.beta * (pairs.value(anchor, n) - settings.base));
                }
            }
        }
        if (validAnchors == 0) {
            return PairTally.NOTHING;
        }
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] /= pairs.anchors();
        }
        return new PairTally(total / pairs.anchors(), validAnchors, valid, active);
    }
}
