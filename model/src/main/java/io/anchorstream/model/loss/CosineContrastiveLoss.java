package io.anchorstream.model.loss;

/**
 * The contrastive loss of cross-batch memory (arXiv 1912.06798): positives add {@code 1 - s}, negatives above the margin
 * add {@code s}; the sum is divided by the number of anchors.
 */
final class CosineContrastiveLoss implements PairLoss {
    private final double margin;

    CosineContrastiveLoss(double margin) {
        this.margin = margin;
    }

    @Override
    public Measure measure() {
        return Measure.DOT;
    }

    @Override
    public boolean needsMemory() {
        return true;
    }

    @Override
    public PairTally evaluate(PairMatrix pairs, float[] gradient) {
        PairCensus census = PairCensus.of(pairs);
        if (census.empty()) {
            return census.nothing();
        }
        double sum = 0;
        long active = 0;
        float share = 1f / pairs.anchors();
        for (int i = 0; i < gradient.length; i++) {
            double s = pairs.values()[i];
            if (pairs.relations()[i] == PairMatrix.POSITIVE && s < 1) {
                sum += 1 - s;
                gradient[i] = -share;
                active++;
            } else if (pairs.relations()[i] == PairMatrix.NEGATIVE && s > margin) {
                sum += s;
                gradient[i] = share;
                active++;
            }
        }
        return new PairTally(sum * share, census.validAnchors(), census.positives() + census.negatives(), active);
    }
}
