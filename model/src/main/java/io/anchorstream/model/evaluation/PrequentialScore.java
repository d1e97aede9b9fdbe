package io.anchorstream.model.evaluation;

import java.util.stream.IntStream;

import io.anchorstream.model.loss.EmbeddingMemory;
import io.anchorstream.model.loss.FloatMatrix;
import io.anchorstream.model.loss.SavedState;

/**
 * Test-then-train Recall@1 with fading: each fresh item is searched among the rows of earlier steps before the network
 * trains on it. An item's own earlier rows are never its hit; items with nothing relevant among the earlier rows are not
 * scored, and counted.
 */
public final class PrequentialScore {
    private final double fading;
    private final Observer observer;
    private double hits;
    private double weight;
    private long scored;
    private long skipped;

    /** Hears of every fresh item with a label. */
    public interface Observer {
        /** @param cosine to the nearest earlier item of its label */
        void scored(boolean hit, float cosine);

        /** None of the earlier items has its label. */
        void withoutRelevant();
    }

    private static final Observer NOBODY = new Observer() {
        @Override
        public void scored(boolean hit, float cosine) {}

        @Override
        public void withoutRelevant() {}
    };

    /** @param fading weight of the past at each item, e.g. 0.998 looks back over about 500 items */
    public PrequentialScore(double fading) {
        this(fading, NOBODY);
    }

    public PrequentialScore(double fading, Observer observer) {
        if (!(fading > 0 && fading <= 1)) {
            throw new IllegalArgumentException("fading must lie above 0 and not above 1, not " + fading);
        }
        this.fading = fading;
        this.observer = observer;
    }

    /**
     * Scores the fresh rows of a batch. Call before the batch is trained on or stored.
     *
     * @param unit {@code float[N][D]} unit rows of the model before the step
     * @return the score after it, see {@link #recallAt1}
     */
    public double score(FloatMatrix unit, long[] labels, long[] items, boolean[] fresh, EmbeddingMemory earlier) {
        int[] live = earlier.liveSlots();
        if (live.length == 0 || earlier.embeddings().columns() != unit.columns()) {
            for (int i = 0; i < labels.length; i++) {
                skipped += fresh[i] && labels[i] >= 0 ? 1 : 0;
            }
            return recallAt1();
        }
        int[] asked = IntStream.range(0, labels.length)
                .filter(i -> fresh[i] && labels[i] >= 0)
                .toArray();
        FloatMatrix rows = FloatMatrix.zeros(asked.length, unit.columns());
        for (int k = 0; k < asked.length; k++) {
            System.arraycopy(
                    unit.values(), asked[k] * unit.columns(), rows.values(), k * unit.columns(), unit.columns());
        }
        FloatMatrix similarities = rows.timesTransposed(earlier.embeddings());
        for (int k = 0; k < asked.length; k++) {
            scoreOne(similarities, k, labels[asked[k]], items[asked[k]], live, earlier);
        }
        return recallAt1();
    }

    private void scoreOne(
            FloatMatrix similarities, int row, long label, long item, int[] live, EmbeddingMemory earlier) {
        float best = Float.NEGATIVE_INFINITY;
        float bestRelevant = Float.NEGATIVE_INFINITY;
        for (int slot : live) {
            if (earlier.item(slot) == item) {
                continue;
            }
            float similarity = similarities.get(row, slot);
            if (earlier.label(slot) == label) {
                bestRelevant = Math.max(bestRelevant, similarity);
            } else {
                best = Math.max(best, similarity);
            }
        }
        if (bestRelevant == Float.NEGATIVE_INFINITY) {
            skipped++;
            observer.withoutRelevant();
            return;
        }
        scored++;
        observer.scored(bestRelevant > best, bestRelevant);
        hits = fading * hits + (bestRelevant > best ? 1 : 0);
        weight = fading * weight + 1;
    }

    /** Faded Recall@1, 0 before anything was scored. */
    public double recallAt1() {
        return weight == 0 ? 0 : hits / weight;
    }

    public long scored() {
        return scored;
    }

    /** Fresh items that had nothing relevant among the earlier rows. */
    public long skipped() {
        return skipped;
    }

    public void save(SavedState state) {
        state.putDoubles("sums", hits, weight);
        state.putLongs("counts", scored, skipped);
    }

    public void load(SavedState state) {
        double[] sums = state.doubles("sums");
        long[] counts = state.longs("counts");
        hits = sums[0];
        weight = sums[1];
        scored = counts[0];
        skipped = counts[1];
    }
}
