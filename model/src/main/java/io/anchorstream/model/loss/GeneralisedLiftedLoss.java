package io.anchorstream.model.loss;

/**
 * Generalised lifted structured loss (Hermans et al., arXiv 1703.07737, section 2): mean over anchors of {@code [log
 * sum_p exp(d_ap - posMargin) + log sum_n exp(negMargin - d_an)]+}.
 */
final class GeneralisedLiftedLoss implements PairLoss {
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
    public PairTally evaluate(PairMatrix pairs, float[] gradient) {
        double total = 0;
        int valid = 0;
        long active = 0;
        for (int anchor = 0; anchor < pairs.anchors(); anchor++) {
            int[] positives = pairs.related(anchor, PairMatrix.POSITIVE);
            int[] negatives = pairs.related(anchor, PairMatrix.NEGATIVE);
            if (positives.length == 0 || negatives.length == 0) {
                continue;
            }
            valid++;
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
                continue;
            }
            active++;
            total += value;
            int start = anchor * pairs.candidates();
            for (int p : positives) {
                gradient[start + p] += (float) pull.share(pairs.value(anchor, p) - positiveMargin);
            }
            for (int n : negatives) {
                gradient[start + n] -= (float) push.share(negativeMargin - pairs.value(anchor, n));
            }
        }
        if (valid == 0) {
            return PairTally.NOTHING;
        }
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] /= valid;
        }
        return new PairTally(total / valid, valid, valid, active);
    }
}
