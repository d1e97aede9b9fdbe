package io.anchorstream.model.loss;

/**
 * What a pair loss found.
 *
 * @param validAnchors anchors with enough around them to learn from
 * @param validTerms triplets or pairs looked at
 * @param activeTerms of those, above zero
 */
record PairTally(double loss, int validAnchors, long validTerms, long activeTerms) {
    static final PairTally NOTHING = new PairTally(0, 0, 0, 0);

    double activeShare() {
        return validTerms == 0 ? 0 : (double) activeTerms / validTerms;
    }
}
