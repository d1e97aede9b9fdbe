package io.anchorstream.model.loss;

import java.util.Arrays;

/**
 * Multi-similarity loss (Wang et al., arXiv 1904.06627): {@code 1/N sum_i [1/a log(1 + sum_p exp(-a (s_ip - l))) + 1/b
 * log(1 + sum_n exp(b (s_in - l)))]}. Its miner keeps negatives above the worst positive less epsilon, and positives
 * below the hardest negative plus epsilon.
 */
final class MultiSimilarityLoss extends PerAnchorLoss {

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
    Term term(PairMatrix pairs, int anchor, int[] positives, int[] negatives, float[] gradient) {
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
        int[] pulled = Arrays.stream(positives)
                .filter(p -> pairs.value(anchor, p) < keepBelow)
                .toArray();
        int[] pushed = Arrays.stream(negatives)
                .filter(n -> pairs.value(anchor, n) > keepAbove)
                .toArray();
        double value = side(pairs, anchor, pulled, -settings.alpha, gradient)
                + side(pairs, anchor, pushed, settings.beta, gradient);
        return new Term(value, positives.length + negatives.length, pulled.length + pushed.length);
    }

    /** {@code 1/|k| log(1 + sum exp(k (s - base)))}; its gradient is written into the anchor's row. */
    private double side(PairMatrix pairs, int anchor, int[] chosen, double sharpness, float[] gradient) {
        LogSumExp sum = new LogSumExp();
        sum.add(0);
        for (int j : chosen) {
            sum.add(sharpness * (pairs.value(anchor, j) - settings.base));
        }
        for (int j : chosen) {
            double share = sum.share(sharpness * (pairs.value(anchor, j) - settings.base));
            gradient[anchor * pairs.candidates() + j] = (float) (Math.signum(sharpness) * share);
        }
        return sum.value() / Math.abs(sharpness);
    }

    @Override
    long divisor(PairMatrix pairs, int validAnchors, long validTerms) {
        return pairs.anchors();
    }
}
