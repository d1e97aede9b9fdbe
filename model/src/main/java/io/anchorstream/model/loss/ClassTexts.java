package io.anchorstream.model.loss;

/** The mean text vector of each label, and centred distances of a batch's texts to them. */
final class ClassTexts {
    private static final long MEMORY = 100;

    private final TextSpace space = new TextSpace(true);
    private final LabelRows means;

    ClassTexts(int cap) {
        means = new LabelRows(1, cap);
    }

    /** Takes in the batch's texts; labels that {@code owner} has dropped are not looked up again. */
    void observe(LossBatch batch, LabelRows owner) {
        space.observe(batch.textVectors());
        for (int i = 0; i < batch.size(); i++) {
            float[] text = batch.textVectors()[i];
            if (batch.labels()[i] < 0 || text.length == 0 || owner.slotOf(batch.labels()[i]) < 0) {
                continue;
            }
            means.shape(text.length);
            int slot = means.slotOf(batch.labels()[i]);
            if (slot < 0) {
                slot = means.claim(batch.labels()[i]);
                means.set(slot, 0, text);
            }
            means.touch(slot, batch.step());
            float[] mean = means.rows().row(slot);
            float rate = 1f / Math.min(means.count(slot), MEMORY);
            for (int d = 0; d < mean.length; d++) {
                mean[d] += rate * (text[d] - mean[d]);
            }
            means.set(slot, 0, mean);
        }
    }

    /** Squared distances {@code float[N][slots]}; the running mean where a text is missing. */
    float[] distances(float[][] texts, LabelRows owner, int[] slots) {
        float[][] classes = new float[slots.length][0];
        for (int c = 0; c < slots.length; c++) {
            int slot = means.slotOf(owner.label(slots[c]));
            if (slot >= 0) {
                classes[c] = means.rows().row(slot);
            }
        }
        float[] distances = space.distances(texts, classes);
        for (int i = 0; i < distances.length; i++) {
            distances[i] = Float.isNaN(distances[i]) ? space.meanDistance() : distances[i];
        }
        return distances;
    }

    void save(SavedState state) {
        space.save(state.scope("space"));
        means.save(state.scope("means"));
    }

    void load(SavedState state) {
        space.load(state.scope("space"));
        means.load(state.scope("means"));
    }
}
