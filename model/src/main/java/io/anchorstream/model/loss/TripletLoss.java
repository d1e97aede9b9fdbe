package io.anchorstream.model.loss;

import java.util.Arrays;
import java.util.Map;

/**
 * Triplet losses: {@code [d_ap - d_an + m]+} or {@code log(1 + exp(d_ap - d_an))} over mined triplets. With
 * {@link Margin.Adaptive} this is the weakly supervised adaptive triplet loss.
 *
 * <p>Negatives are sorted once per anchor; with a hinge, counts over the sorted order replace the loop over all
 * triplets, so that all-triplet mining costs {@code O(N^2 log N)}.
 */
final class TripletLoss implements PairLoss {

    /**
     * @param soft softplus in place of the hinge; the margin is then 0
     * @param meanOverValid divide by all mined triplets; otherwise by those above zero
     * @param rankByMargin choose hard and semi-hard negatives by {@code d_an - m_an} rather than by distance alone
     */
    record Settings(
            Measure measure,
            TripletMining mining,
            Margin margin,
            boolean soft,
            boolean meanOverValid,
            boolean rankByMargin) {}

    /** Up to this many positives, looking through the negatives once for each is cheaper than sorting them. */
    private static final int FEW = 12;

    private final Settings settings;

    TripletLoss(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Measure measure() {
        return settings.measure;
    }

    @Override
    public boolean readsText() {
        return settings.margin instanceof Margin.Adaptive;
    }

    @Override
    public PairTally evaluate(PairMatrix pairs, float[] gradient) {
        Sum sum = new Sum(pairs, gradient);
        for (int anchor = 0; anchor < pairs.anchors(); anchor++) {
            int[] positives = pairs.related(anchor, PairMatrix.POSITIVE);
            int[] negatives = pairs.related(anchor, PairMatrix.NEGATIVE);
            if (positives.length > 0 && negatives.length > 0) {
                sum.validAnchors++;
                mine(sum, anchor, positives, negatives);
            }
        }
        long count = settings.meanOverValid ? sum.valid : sum.active;
        if (count == 0) {
            return new PairTally(0, sum.validAnchors, sum.valid, 0, sum.fallbacks);
        }
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] /= count;
        }
        return new PairTally(sum.loss / count, sum.validAnchors, sum.valid, sum.active, sum.fallbacks);
    }

    private void mine(Sum sum, int anchor, int[] positives, int[] negatives) {
        switch (settings.mining) {
            case HARD -> sum.add(anchor, farthest(sum.pairs, anchor, positives), hardest(sum.pairs, anchor, negatives));
            case SEMI_HARD -> {
                if (positives.length <= FEW || settings.rankByMargin) {
                    semiHardByScan(sum, anchor, positives, negatives);
                } else {
                    semiHard(sum, anchor, positives, sorted(sum.pairs, anchor, negatives));
                }
            }
            case BAND -> {
                for (int p : positives) {
                    for (int n : negatives) {
                        float gap = sum.pairs.value(anchor, n) - sum.pairs.value(anchor, p);
                        if (gap > 0 && gap <= settings.margin.of(sum.pairs, anchor, n)) {
                            sum.add(anchor, p, n);
                        }
                    }
                }
            }
            case ALL -> {
                if (settings.soft) {
                    for (int p : positives) {
                        for (int n : negatives) {
                            sum.add(anchor, p, n);
                        }
                    }
                } else {
                    allHinges(sum, anchor, positives, negatives);
                }
            }
        }
    }

    private static int farthest(PairMatrix pairs, int anchor, int[] positives) {
        int best = positives[0];
        for (int p : positives) {
            if (pairs.value(anchor, p) > pairs.value(anchor, best)) {
                best = p;
            }
        }
        return best;
    }

    private int hardest(PairMatrix pairs, int anchor, int[] negatives) {
        int best = negatives[0];
        float least = rank(pairs, anchor, best);
        for (int n : negatives) {
            float rank = rank(pairs, anchor, n);
            if (rank < least) {
                best = n;
                least = rank;
            }
        }
        return best;
    }

    private float rank(PairMatrix pairs, int anchor, int negative) {
        float distance = pairs.value(anchor, negative);
        return settings.rankByMargin ? distance - settings.margin.of(pairs, anchor, negative) : distance;
    }

    private static Ranked sorted(PairMatrix pairs, int anchor, int[] negatives) {
        float[] distances = new float[negatives.length];
        for (int k = 0; k < negatives.length; k++) {
            distances[k] = pairs.value(anchor, negatives[k]);
        }
        return Ranked.of(distances, negatives);
    }

    private static void semiHard(Sum sum, int anchor, int[] positives, Ranked negatives) {
        for (int p : positives) {
            int behind = negatives.firstAbove(sum.pairs.value(anchor, p));
            int last = negatives.firstOf(negatives.size() - 1);
            sum.fallbacks += behind < negatives.size() ? 0 : 1;
            sum.add(anchor, p, negatives.item(behind < negatives.size() ? behind : last));
        }
    }

    private void semiHardByScan(Sum sum, int anchor, int[] positives, int[] negatives) {
        float[] distances = new float[negatives.length];
        float[] ranks = settings.rankByMargin ? new float[negatives.length] : distances;
        int farthest = 0;
        for (int k = 0; k < ranks.length; k++) {
            distances[k] = sum.pairs.value(anchor, negatives[k]);
            ranks[k] = rank(sum.pairs, anchor, negatives[k]);
            farthest = ranks[k] > ranks[farthest] ? k : farthest;
        }
        for (int p : positives) {
            float bound = sum.pairs.value(anchor, p);
            float nearest = Float.POSITIVE_INFINITY;
            int chosen = -1;
            for (int k = 0; k < ranks.length; k++) {
                // Behind by distance: behind by distance - margin there would be nothing left to learn.
                if (distances[k] > bound && ranks[k] < nearest) {
                    nearest = ranks[k];
                    chosen = k;
                }
            }
            sum.fallbacks += chosen < 0 ? 1 : 0;
            sum.add(anchor, p, negatives[chosen < 0 ? farthest : chosen]);
        }
    }

    /** The triplet (p, n) is active when {@code d_an - m_an < d_ap}: a prefix of the negatives in that order. */
    private void allHinges(Sum sum, int anchor, int[] positives, int[] negatives) {
        float[] keys = new float[negatives.length];
        for (int k = 0; k < keys.length; k++) {
            keys[k] = sum.pairs.value(anchor, negatives[k]) - settings.margin.of(sum.pairs, anchor, negatives[k]);
        }
        Ranked ranked = Ranked.of(keys, negatives);
        double[] prefix = new double[ranked.size() + 1];
        for (int k = 0; k < ranked.size(); k++) {
            prefix[k + 1] = prefix[k] + ranked.rank(k);
        }
        int[] pushes = new int[ranked.size() + 1];
        int start = anchor * sum.pairs.candidates();
        for (int p : positives) {
            float distance = sum.pairs.value(anchor, p);
            int active = ranked.firstNotBelow(distance);
            sum.valid += negatives.length;
            sum.active += active;
            sum.loss += (double) active * distance - prefix[active];
            sum.gradient[start + p] += active;
            pushes[active]++;
        }
        int behind = 0;
        for (int k = ranked.size() - 1; k >= 0; k--) {
            behind += pushes[k + 1];
            sum.gradient[start + ranked.item(k)] -= behind;
        }
    }

    @Override
    public void describe(PairMatrix pairs, PairTally found, Map<String, Double> metrics) {
        if (settings.mining == TripletMining.SEMI_HARD) {
            metrics.put("mining.fallbacks", (double) found.fallbacks());
        }
        if (!(settings.margin instanceof Margin.Adaptive)) {
            return;
        }
        float[] margins = new float[pairs.values().length];
        int count = 0;
        double sum = 0;
        for (int i = 0; i < pairs.anchors(); i++) {
            for (int j = 0; j < pairs.candidates(); j++) {
                if (pairs.negative(i, j)) {
                    margins[count] = settings.margin.of(pairs, i, j);
                    sum += margins[count++];
                }
            }
        }
        if (count > 0) {
            Arrays.sort(margins, 0, count);
            metrics.put("margin.p05", (double) margins[(int) (0.05 * (count - 1))]);
            metrics.put("margin.p50", (double) margins[(int) (0.50 * (count - 1))]);
            metrics.put("margin.p95", (double) margins[(int) (0.95 * (count - 1))]);
            metrics.put("margin.mean", sum / count);
        }
    }

    /** Running totals, not yet divided by the number of terms. */
    private final class Sum {
        final PairMatrix pairs;
        final float[] gradient;
        double loss;
        int validAnchors;
        long valid;
        long active;
        long fallbacks;

        Sum(PairMatrix pairs, float[] gradient) {
            this.pairs = pairs;
            this.gradient = gradient;
        }

        void add(int anchor, int positive, int negative) {
            valid++;
            double x = (double) pairs.value(anchor, positive) - pairs.value(anchor, negative);
            double slope = 1;
            if (settings.soft) {
                loss += Numbers.softplus(x);
                slope = Numbers.sigmoid(x);
            } else {
                double hinge = x + settings.margin.of(pairs, anchor, negative);
                if (hinge <= 0) {
                    return;
                }
                loss += hinge;
            }
            active++;
            int start = anchor * pairs.candidates();
            gradient[start + positive] += (float) slope;
            gradient[start + negative] -= (float) slope;
        }
    }
}
