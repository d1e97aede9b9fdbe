package io.anchorstream.model.loss;

/**
 * How many pairs of each kind there are. A batch with no positives, or with no negatives, teaches nothing: pulling alone
 * collapses the space, pushing alone scatters it.
 *
 * @param validAnchors anchors with a positive or a negative
 */
record PairCensus(int validAnchors, long positives, long negatives) {

    static PairCensus of(PairMatrix pairs) {
        int validAnchors = 0;
        long positives = 0;
        long negatives = 0;
        for (int i = 0; i < pairs.anchors(); i++) {
            boolean valid = false;
            for (int j = 0; j < pairs.candidates(); j++) {
                byte relation = pairs.relations()[i * pairs.candidates() + j];
                positives += relation == PairMatrix.POSITIVE ? 1 : 0;
                negatives += relation == PairMatrix.NEGATIVE ? 1 : 0;
                valid |= relation != PairMatrix.IGNORED;
            }
            validAnchors += valid ? 1 : 0;
        }
        return new PairCensus(validAnchors, positives, negatives);
    }

    boolean empty() {
        return positives == 0 || negatives == 0;
    }

    PairTally nothing() {
        return new PairTally(0, 0, positives + negatives, 0);
    }
}
