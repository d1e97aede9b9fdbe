package io.anchorstream.model.loss;

/**
 * Contrastive loss (Hadsell 2006, the form without squares): mean of the positives' {@code [d - positiveMargin]+} above
 * zero plus mean of the negatives' {@code [negativeMargin - d]+} above zero.
 */
final class ContrastiveLoss implements PairLoss {
    private final double positiveMargin;
    private final double negativeMargin;

    ContrastiveLoss(double positiveMargin, double negativeMargin) {
        this.positiveMargin = positiveMargin;
        this.negativeMargin = negativeMargin;
    }

    @Override
    public Measure measure() {
        return Measure.EUCLIDEAN;
    }

    @Override
    public PairTally evaluate(PairMatrix pairs, float[] gradient) {
        PairCensus census = PairCensus.of(pairs);
        if (census.empty()) {
            return census.nothing();
        }
        double pull = 0;
        double push = 0;
        long pulled = 0;
        long pushed = 0;
        for (int i = 0; i < gradient.length; i++) {
            double d = pairs.values()[i];
            if (pairs.relations()[i] == PairMatrix.POSITIVE && d > positiveMargin) {
                pull += d - positiveMargin;
                pulled++;
            } else if (pairs.relations()[i] == PairMatrix.NEGATIVE && d < negativeMargin) {
                push += negativeMargin - d;
                pushed++;
            }
        }
        for (int i = 0; i < gradient.length; i++) {
            double d = pairs.values()[i];
            if (pairs.relations()[i] == PairMatrix.POSITIVE && d > positiveMargin) {
                gradient[i] = 1f / pulled;
            } else if (pairs.relations()[i] == PairMatrix.NEGATIVE && d < negativeMargin) {
                gradient[i] = -1f / pushed;
            }
        }
        return new PairTally(
                pull / Math.max(1, pulled) + push / Math.max(1, pushed),
                census.validAnchors(),
                census.positives() + census.negatives(),
                pulled + pushed);
    }
}
