package io.anchorstream.model.loss;

/** A pair loss that is a sum over anchors with at least one positive and one negative. */
abstract class PerAnchorLoss implements PairLoss {

    /**
     * What an anchor adds, before the division by {@link #divisor}.
     *
     * @param valid terms looked at
     * @param active of those, above zero
     */
    record Term(double value, long valid, long active) {}

    /** @param gradient {@code float[anchors][candidates]}; the anchor's row takes d value / d pair */
    abstract Term term(PairMatrix pairs, int anchor, int[] positives, int[] negatives, float[] gradient);

    /** What the sum is divided by; above 0 when there is a valid anchor. */
    abstract long divisor(PairMatrix pairs, int validAnchors, long validTerms);

    @Override
    public final PairTally evaluate(PairMatrix pairs, float[] gradient) {
        double total = 0;
        int validAnchors = 0;
        long valid = 0;
        long active = 0;
        for (int anchor = 0; anchor < pairs.anchors(); anchor++) {
            int[] positives = pairs.related(anchor, PairMatrix.POSITIVE);
            int[] negatives = pairs.related(anchor, PairMatrix.NEGATIVE);
            if (positives.length > 0 && negatives.length > 0) {
                Term term = term(pairs, anchor, positives, negatives, gradient);
                validAnchors++;
                total += term.value;
                valid += term.valid;
                active += term.active;
            }
        }
        if (validAnchors == 0) {
            return PairTally.NOTHING;
        }
        long divisor = divisor(pairs, validAnchors, valid);
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] /= divisor;
        }
        return new PairTally(total / divisor, validAnchors, valid, active);
    }
}
