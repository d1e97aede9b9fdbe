package io.anchorstream.model.loss;

/**
 * Generalised lifted structured loss (Hermans et al., arXiv 1703.07737, section 2): mean over anchors of {@code [log
 * sum_p exp(d_ap - posMargin) + log sum_n exp(negMargin - d_an)]+}.
 */
final class GeneralisedLiftedLoss extends PerAnchorLoss {
    private final double positiveMargin;
    private final double negativeMargin;

    GeneralisedLiftedLoss(double positiveMargin, double negativeMargin) {
        this.positiveMargin = positiveMargin;
        this.negativeMargin = negativeMargin;
    }

    @Override
    public Measure measure() {
        return Measure.EUCLIDEAN;
    }

    @Override
    Term term(PairMatrix pairs, int anchor, int[] positives, int[] negatives, float[] gradient) {
        LogSumExp pull = new LogSumExp();
        LogSumExp push = new LogSumExp();
        for (int p : positives) {
            pull.add(pairs.value(anchor, p) - positiveMargin);
        }
        for (int n : negatives) {
            push.add(negativeMargin - pairs.value(anchor, n));
        }
        double value = pull.value() + push.value();
        if (value <= 0) {
            return new Term(0, 1, 0);
        }
        int start = anchor * pairs.candidates();
        for (int p : positives) {
            gradient[start + p] += (float) pull.share(pairs.value(anchor, p) - positiveMargin);
        }
        for (int n : negatives) {
            gradient[start + n] -= (float) push.share(negativeMargin - pairs.value(anchor, n));
        }
        return new Term(value, 1, 1);
    }

    @Override
    long divisor(PairMatrix pairs, int validAnchors, long validTerms) {
        return validAnchors;
    }
}
