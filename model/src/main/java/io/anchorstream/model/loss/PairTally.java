package io.anchorstream.model.loss;

/**
 * What a pair loss found.
 *
 * @param validAnchors anchors with enough around them to learn from
 * @param validTerms triplets or pairs looked at
 * @param activeTerms of those, above zero
 * @param fallbacks positive pairs without a semi-hard negative, which took the farthest one
 */
record PairTally(double loss, int validAnchors, long validTerms, long activeTerms, long fallbacks) {
    static final PairTally NOTHING = new PairTally(0, 0, 0, 0);

    PairTally(double loss, int validAnchors, long validTerms, long activeTerms) {
        this(loss, validAnchors, validTerms, activeTerms, 0);
    }

    double activeShare() {
        return validTerms == 0 ? 0 : (double) activeTerms / validTerms;
    }
}
