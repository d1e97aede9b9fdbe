package io.anchorstream.model.loss;

import java.util.List;
import java.util.Map;

/** A weighted sum of pair losses of one measure; where the first has no valid anchor, the sum is nothing. */
final class PairLossSum implements PairLoss {

    record Part(PairLoss loss, double weight) {}

    private final List<Part> parts;

    PairLossSum(List<Part> parts) {
        this.parts = List.copyOf(parts);
        for (Part part : parts) {
            if (part.loss.measure() != measure()) {
                throw new IllegalArgumentException(
                        "a sum of pair losses needs one measure, not " + measure() + " and " + part.loss.measure());
            }
        }
    }

    @Override
    public Measure measure() {
        return parts.get(0).loss.measure();
    }

    @Override
    public boolean readsText() {
        return parts.stream().anyMatch(part -> part.loss.readsText());
    }

    @Override
    public boolean readsAttributes() {
        return parts.stream().anyMatch(part -> part.loss.readsAttributes());
    }

    @Override
    public PairTally evaluate(PairMatrix pairs, float[] gradient) {
        double total = 0;
        PairTally first = PairTally.NOTHING;
        for (int k = 0; k < parts.size(); k++) {
            float[] own = new float[gradient.length];
            PairTally tally = parts.get(k).loss.evaluate(pairs, own);
            float weight = (float) parts.get(k).weight;
            for (int i = 0; i < own.length; i++) {
                gradient[i] += weight * own[i];
            }
            total += parts.get(k).weight * tally.loss();
            if (k == 0) {
                first = tally;
                if (tally.validAnchors() == 0) {
                    return tally;
                }
            }
        }
        return new PairTally(total, first.validAnchors(), first.validTerms(), first.activeTerms(), first.fallbacks());
    }

    @Override
    public void describe(PairMatrix pairs, PairTally found, Map<String, Double> metrics) {
        parts.forEach(part -> part.loss.describe(pairs, found, metrics));
    }
}
