package io.anchorstream.model.loss;

/**
 * Attribute-aware identity-hard triplet (arXiv 2006.07597): among an anchor's positives, the one whose description
 * differs most is pulled in to the distance of the one whose description is nearest, {@code [d(a, far) - d(a, near) + m]+}, mean over anchors
 * with two positives or more. The anchor itself is never among them. Descriptions only choose; they get no
 * gradient.
 */
final class AttributeTripletLoss implements PairLoss {

    /** What describes an item. */
    enum Description {
        TEXT,
        CATALOGUE
    }

    private final double margin;
    private final Description description;

    /** @param description text distance, or attributes of the catalogue that only one of two items has */
    AttributeTripletLoss(double margin, Description description) {
        this.margin = margin;
        this.description = description;
    }

    @Override
    public Measure measure() {
        return Measure.EUCLIDEAN;
    }

    @Override
    public boolean readsText() {
        return description == Description.TEXT;
    }

    @Override
    public boolean readsAttributes() {
        return description == Description.CATALOGUE;
    }

    @Override
    public PairTally evaluate(PairMatrix pairs, float[] gradient) {
        double total = 0;
        int valid = 0;
        int active = 0;
        float[] apart = readsText() ? pairs.textDistances() : pairs.attributeDistances();
        for (int anchor = 0; anchor < pairs.anchors(); anchor++) {
            int near = -1;
            int far = -1;
            int candidates = 0;
            for (int p : pairs.related(anchor, PairMatrix.POSITIVE)) {
                float distance = apart[anchor * pairs.candidates() + p];
                if (Float.isNaN(distance)) {
                    continue;
                }
                candidates++;
                near = near < 0 || distance < apart[anchor * pairs.candidates() + near] ? p : near;
                far = far < 0 || distance > apart[anchor * pairs.candidates() + far] ? p : far;
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
