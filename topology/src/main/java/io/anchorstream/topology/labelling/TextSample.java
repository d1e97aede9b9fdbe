package io.anchorstream.topology.labelling;

import java.util.ArrayList;
import java.util.List;

/**
 * The texts of a block that are nearest to its first one, a bounded number. A random sample of a large block would hold
 * hardly two items of one product; a neighbourhood holds all of them.
 */
final class TextSample {
    /** Texts at most. */
    static final int SIZE = 128;
    /** Texts from which there is something to say. */
    private static final int LEAST = 6;

    private final List<float[]> vectors = new ArrayList<>();
    private final List<Double> nearness = new ArrayList<>();
    private long changes;
    private long curveAt;
    private int curveItems;
    private long[] curve = new long[JoinCurve.POINTS];

    /** Takes a copy of a text in, if it is near enough; the slot that it took, or -1. */
    int offer(float[] vector) {
        double near = vectors.isEmpty() ? 1 : dot(vectors.get(0), vector);
        if (vectors.size() < SIZE) {
            changes++;
            vectors.add(vector.clone());
            nearness.add(near);
            return vectors.size() - 1;
        }
        int farthest = 0;
        for (int slot = 1; slot < SIZE; slot++) {
            if (nearness.get(slot) < nearness.get(farthest)) {
                farthest = slot;
            }
        }
        if (farthest == 0 || near <= nearness.get(farthest)) {
            return -1;
        }
        changes++;
        vectors.set(farthest, vector.clone());
        nearness.set(farthest, near);
        return farthest;
    }

    /** Whether a quarter of the texts is new since the curve was made. */
    boolean due() {
        return vectors.size() >= LEAST && changes - curveAt >= Math.max(4, vectors.size() / 4);
    }

    /** Makes the curve anew. */
    void measure() {
        curve = JoinCurve.of(vectors.toArray(float[][]::new));
        curveAt = changes;
        curveItems = vectors.size();
    }

    /** Texts that came in so far. */
    long changes() {
        return changes;
    }

    /** The last curve; zeros before there is one. Never written to: the next one is another array. */
    Measured measured() {
        return new Measured(curveAt, curveItems, curve);
    }

    /** Takes a text back from the journal; slots come in order. */
    void restore(float[] vector, long change) {
        nearness.add(vectors.isEmpty() ? 1 : dot(vectors.get(0), vector));
        vectors.add(vector);
        changes = Math.max(changes, change);
    }

    /** Takes the curve back from the journal. */
    void restore(Measured measured) {
        curveAt = measured.at();
        curveItems = measured.items();
        curve = measured.curve().clone();
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    /**
     * What the sample said of each threshold.
     *
     * @param at changes when it was made
     * @param items texts that it was made of
     * @param curve {@code long[JoinCurve.POINTS]}
     */
    @SuppressWarnings("ArrayRecordComponent") // written and read back, never compared
    record Measured(long at, int items, long[] curve) {}
}
