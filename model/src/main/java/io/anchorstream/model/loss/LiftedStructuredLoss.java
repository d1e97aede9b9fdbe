package io.anchorstream.model.loss;

/**
 * Lifted structured loss (Song et al., arXiv 1511.06452). For each positive pair (i, j), {@code J = d_ij - posMargin + log
 * sum exp(negMargin - d)} over the negatives of both; the loss is the mean of {@code [J]+^2 / 2} over positive pairs.
 * Against the memory only the anchor has negatives.
 */
final class LiftedStructuredLoss implements PairLoss {
    private final double positiveMargin;
    private final double negativeMargin;

    LiftedStructuredLoss(double positiveMargin, double negativeMargin) {
        this.positiveMargin = positiveMargin;
        this.negativeMargin = negativeMargin;
    }

    @Override
    public Measure measure() {
        return Measure.EUCLIDEAN;
    }

    @Override
    public PairTally evaluate(PairMatrix pairs, float[] gradient) {
        int anchors = pairs.anchors();
        int[][] negatives = new int[anchors][];
        for (int i = 0; i < anchors; i++) {
            negatives[i] = pairs.related(i, PairMatrix.NEGATIVE);
        }
        boolean[] validAnchor = new boolean[anchors];
        double total = 0;
        long valid = 0;
        long active = 0;
        for (int i = 0; i < anchors; i++) {
            for (int j : pairs.related(i, PairMatrix.POSITIVE)) {
                if (pairs.withinBatch() && j < i) {
                    continue;
                }
                LogSumExp pushes = new LogSumExp();
                addPushes(pairs, i, negatives[i], pushes);
                if (pairs.withinBatch()) {
                    addPushes(pairs, j, negatives[j], pushes);
                }
                if (pushes.empty()) {
                    continue;
                }
                valid++;
                validAnchor[i] = true;
                if (pairs.withinBatch()) {
                    validAnchor[j] = true;
                }
                double lifted = pairs.value(i, j) - positiveMargin + pushes.value();
                if (lifted > 0) {
                    active++;
                    total += lifted * lifted / 2;
                    gradient[i * pairs.candidates() + j] += (float) lifted;
                    push(pairs, i, negatives[i], pushes, lifted, gradient);
                    if (pairs.withinBatch()) {
                        push(pairs, j, negatives[j], pushes, lifted, gradient);
                    }
                }
            }
        }
        if (valid == 0) {
            return PairTally.NOTHING;
        }
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] /= valid;
        }
        int validAnchors = 0;
        for (boolean v : validAnchor) {
            validAnchors += v ? 1 : 0;
        }
        return new PairTally(total / valid, validAnchors, valid, active);
    }

    private void addPushes(PairMatrix pairs, int anchor, int[] negatives, LogSumExp pushes) {
        for (int n : negatives) {
            pushes.add(negativeMargin - pairs.value(anchor, n));
        }
    }

    private void push(
            PairMatrix pairs, int anchor, int[] negatives, LogSumExp pushes, double lifted, float[] gradient) {
        for (int n : negatives) {
            gradient[anchor * pairs.candidates() + n] -=
                    (float) (lifted * pushes.share(negativeMargin - pairs.value(anchor, n)));
        }
    }
}
