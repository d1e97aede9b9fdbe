package io.anchorstream.model.loss;

/**
 * N-pair loss (Sohn 2016): each positive pair against all negatives of its anchor at once, {@code log(1 + sum_n exp(k
 * (s_an - s_ap)))}, mean over positive pairs. On unit rows it needs the scale k; the original uses raw rows and k = 1.
 */
final class NPairLoss implements PairLoss {
    private final double scale;

    NPairLoss(double scale) {
        this.scale = scale;
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
        for (int anchor = 0; anchor < pairs.anchors(); anchor++) {
            int[] positives = pairs.related(anchor, PairMatrix.POSITIVE);
            int[] negatives = pairs.related(anchor, PairMatrix.NEGATIVE);
            if (positives.length == 0 || negatives.length == 0) {
                continue;
            }
            validAnchors++;
            LogSumExp pushes = new LogSumExp();
            for (int n : negatives) {
                pushes.add(scale * pairs.value(anchor, n));
            }
            int start = anchor * pairs.candidates();
            double slopes = 0;
            for (int p : positives) {
                valid++;
                double x = pushes.value() - scale * pairs.value(anchor, p);
                total += Numbers.softplus(x);
                double slope = scale * Numbers.sigmoid(x);
                gradient[start + p] -= (float) slope;
                slopes += slope;
            }
            for (int n : negatives) {
                gradient[start + n] += (float) (slopes * pushes.share(scale * pairs.value(anchor, n)));
            }
        }
        if (valid == 0) {
            return PairTally.NOTHING;
        }
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] /= valid;
        }
        return new PairTally(total / valid, validAnchors, valid, valid);
    }
}
