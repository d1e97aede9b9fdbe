package io.anchorstream.model.loss;

/**
 * Attribute-aware identity-hard triplet (arXiv 2006.07597): among an anchor's positives, the one whose text differs most
 * is pulled in to the distance of the one whose text is nearest, {@code [d(a, far) - d(a, near) + m]+}, mean over anchors
 * with two positives or more. The anchor itself is never among them. Text only chooses; it gets no gradient.
 */
final class AttributeTripletLoss implements PairLoss {
    private final double margin;

    AttributeTripletLoss(double margin) {
        this.margin = margin;
    }

    @Override
    public Measure measure() {
        return Measure.EUCLIDEAN;
    }

    @Override
    public boolean readsText() {
        return true;
    }

    @Override
    public PairTally evaluate(PairMatrix pairs, float[] gradient) {
        double total = 0;
        int valid = 0;
        int active = 0;
        for (int anchor = 0; anchor < pairs.anchors(); anchor++) {
            int near = -1;
            int far = -1;
            int candidates = 0;
            for (int p : pairs.related(anchor, PairMatrix.POSITIVE)) {
                float distance = pairs.textDistances()[anchor * pairs.candidates() + p];
                if (Float.isNaN(distance)) {
                    continue;
                }
                candidates++;
                near = near < 0 || distance < pairs.textDistance(anchor, near) ? p : near;
                far = far < 0 || distance > pairs.textDistance(anchor, far) ? p : far;
            }
            if (candidates < 2) {
                continue;
            }
            valid++;
            double hinge = pairs.value(anchor, far) - pairs.value(anchor, near) + margin;
            if (near != far && hinge > 0) {
                active++;
                total += hinge;
                gradient[anchor * pairs.candidates() + far] += 1;
                gradient[anchor * pairs.candidates() + near] -= 1;
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
}
