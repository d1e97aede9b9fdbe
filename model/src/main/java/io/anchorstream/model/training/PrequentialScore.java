package io.anchorstream.model.training;

import java.util.List;

import io.anchorstream.model.loss.EmbeddingMemory;
import io.anchorstream.model.loss.FloatMatrix;
import io.anchorstream.model.loss.SavedState;

/**
 * Test, then train: Recall@1 of fresh items among items of earlier batches, before the network learns from them. An
 * item is never its own answer, and items without a relevant earlier item are not scored but counted. The score fades,
 * so that it shows the network of today.
 */
final class PrequentialScore {
    private static final int GALLERY = 2048;
    private static final double FADING = 0.998;

    private final EmbeddingMemory gallery = new EmbeddingMemory(GALLERY, Long.MAX_VALUE / 2, 0);
    private double hits;
    private double scored;
    private long cold;
    private long total;

    /**
     * @param unit {@code float[N][D]} unit rows from the forward pass that comes before the update
     */
    void add(long step, List<BatchExample> examples, FloatMatrix unit, long[] labels, long[] items) {
        score(examples, unit, labels, items);
        gallery.put(step, unit, labels, items, new float[examples.size()][0]);
    }

    private void score(List<BatchExample> examples, FloatMatrix unit, long[] labels, long[] items) {
        if (gallery.size() == 0) {
            return;
        }
        FloatMatrix similarity = unit.timesTransposed(gallery.embeddings());
        int[] live = gallery.liveSlots();
        for (int i = 0; i < examples.size(); i++) {
            if (!examples.get(i).fresh() || labels[i] < 0) {
                continue;
            }
            total++;
            int best = -1;
            boolean relevant = false;
            for (int slot : live) {
                if (gallery.item(slot) != items[i]) {
                    relevant |= gallery.label(slot) == labels[i];
                    if (best < 0 || similarity.get(i, slot) > similarity.get(i, best)) {
                        best = slot;
                    }
                }
            }
            if (relevant) {
                hits = FADING * hits + (gallery.label(best) == labels[i] ? 1 : 0);
                scored = FADING * scored + 1;
            } else {
                cold++;
            }
        }
    }

    /** 0 before anything could be scored. */
    double recallAt1() {
        return scored == 0 ? 0 : hits / scored;
    }

    /** Share of fresh labelled items that had no relevant earlier item. */
    double coldShare() {
        return total == 0 ? 0 : (double) cold / total;
    }

    void save(SavedState state) {
        gallery.save(state);
        state.putDoubles("score", hits, scored);
        state.putLongs("counts", cold, total);
    }

    void load(SavedState state) {
        gallery.load(state);
        double[] score = state.doubles("score");
        hits = score[0];
        scored = score[1];
        long[] counts = state.longs("counts");
        cold = counts[0];
        total = counts[1];
    }
}
