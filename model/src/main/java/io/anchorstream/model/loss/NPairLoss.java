package io.anchorstream.model.loss;

/**
 * N-pair loss (Sohn 2016): each positive pair against all negatives of its anchor at once, {@code log(1 + sum_n exp(k
 * (s_an - s_ap)))}, mean over positive pairs. On unit rows it needs the scale k; the original uses raw rows and k = 1.
 */
final class NPairLoss extends PerAnchorLoss {
    private final double scale;

    NPairLoss(double scale) {
        this.scale = scale;
    }

    @Override
    public Measure measure() {
        return Measure.DOT;
    }

    @Override
    Term term(PairMatrix pairs, int anchor, int[] positives, int[] negatives, float[] gradient) {
        LogSumExp pushes = new LogSumExp();
        for (int n : negatives) {
            pushes.add(scale * pairs.value(anchor, n));
        }
        int start = anchor * pairs.candidates();
        double value = 0;
        double slopes = 0;
        for (int p : positives) {
            double x = pushes.value() - scale * pairs.value(anchor, p);
            value += Numbers.softplus(x);
            double slope = scale * Numbers.sigmoid(x);
            gradient[start + p] -= (float) slope;
            slopes += slope;
        }
        for (int n : negatives) {
            gradient[start + n] += (float) (slopes * pushes.share(scale * pairs.value(anchor, n)));
        }
        return new Term(value, positives.length, positives.length);
    }

    @Override
    long divisor(PairMatrix pairs, int validAnchors, long validTerms) {
        return validTerms;
    }
}
