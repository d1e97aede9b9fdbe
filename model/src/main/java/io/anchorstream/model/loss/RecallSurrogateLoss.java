package io.anchorstream.model.loss;

/**
 * Recall@k surrogate (Patel et al., arXiv 2108.11179): one minus recall at 1, 2, 4, 8 and 16, with sigmoids for the two
 * steps in it, {@code rank(q, p) = 1 + sum_{z != p} sigma((s_qz - s_qp) / t1)} and {@code recall@k(q) = min(k, sum_p
 * sigma((k - rank) / t2)) / min(k, |P|)}; mean over k and over items with a positive and a negative. The item itself is
 * never among z.
 */
final class RecallSurrogateLoss implements PairLoss {
    private static final int[] DEPTHS = {1, 2, 4, 8, 16};

    private final double rankTemperature;
    private final double recallTemperature;

    /**
     * @param rankTemperature t1, on cosines
     * @param recallTemperature t2, on ranks
     */
    RecallSurrogateLoss(double rankTemperature, double recallTemperature) {
        this.rankTemperature = rankTemperature;
        this.recallTemperature = recallTemperature;
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
        double total = 0;
        int valid = 0;
        long active = 0;
        for (int anchor = 0; anchor < pairs.anchors(); anchor++) {
            int[] positives = pairs.related(anchor, PairMatrix.POSITIVE);
            int[] negatives = pairs.related(anchor, PairMatrix.NEGATIVE);
            if (positives.length > 0 && negatives.length > 0) {
                double missed = missed(pairs, anchor, positives, negatives, gradient);
                total += missed;
                valid++;
                active += missed > 0 ? 1 : 0;
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

    private double missed(PairMatrix pairs, int anchor, int[] positives, int[] negatives, float[] gradient) {
        double[] ranks = new double[positives.length];
        for (int i = 0; i < ranks.length; i++) {
            ranks[i] =
                    1 + ahead(pairs, anchor, positives[i], positives) + ahead(pairs, anchor, positives[i], negatives);
        }
        double recall = 0;
        double[] toRanks = new double[ranks.length];
        for (int k : DEPTHS) {
            double found = 0;
            for (double rank : ranks) {
                found += Numbers.sigmoid((k - rank) / recallTemperature);
            }
            double share = 1.0 / Math.min(k, ranks.length) / DEPTHS.length;
            recall += share * Math.min(k, found);
            for (int i = 0; i < ranks.length && found < k; i++) {
                toRanks[i] += share * slope((k - ranks[i]) / recallTemperature) / recallTemperature;
            }
        }
        for (int i = 0; i < ranks.length; i++) {
            push(pairs, anchor, positives[i], positives, toRanks[i], gradient);
            push(pairs, anchor, positives[i], negatives, toRanks[i], gradient);
        }
        return 1 - recall;
    }

    private double ahead(PairMatrix pairs, int anchor, int positive, int[] others) {
        double sum = 0;
        for (int z : others) {
            sum += z == positive ? 0 : Numbers.sigmoid(gap(pairs, anchor, positive, z));
        }
        return sum;
    }

    private void push(PairMatrix pairs, int anchor, int positive, int[] others, double weight, float[] gradient) {
        int start = anchor * pairs.candidates();
        for (int z : others) {
            if (z != positive) {
                float force = (float) (weight * slope(gap(pairs, anchor, positive, z)) / rankTemperature);
                gradient[start + z] += force;
                gradient[start + positive] -= force;
            }
        }
    }

    private double gap(PairMatrix pairs, int anchor, int positive, int other) {
        return (pairs.value(anchor, other) - pairs.value(anchor, positive)) / rankTemperature;
    }

    private static double slope(double x) {
        double s = Numbers.sigmoid(x);
        return s * (1 - s);
    }
}
