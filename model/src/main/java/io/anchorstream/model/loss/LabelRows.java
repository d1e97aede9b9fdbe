package io.anchorstream.model.loss;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Rows that belong to labels (proxies, centres, centroids), growing as labels appear. With a cap, the label that was
 * unused longest gives its slot to the new one.
 */
final class LabelRows {
    private final int rowsPerLabel;
    private final int cap;

    private int width;
    private int size;
    private long[] labels = new long[0];
    private long[] lastUsed = new long[0];
    private long[] counts = new long[0];
    private float[] rows = new float[0];
    private AdamState optimiser = new AdamState(0);
    private final Map<Long, Integer> slots = new HashMap<>();

    /** @param cap labels at most */
    LabelRows(int rowsPerLabel, int cap) {
        if (rowsPerLabel < 1 || cap < 2) {
            throw new IllegalArgumentException(
                    "need at least one row per label and room for two labels, not " + rowsPerLabel + " and " + cap);
        }
        this.rowsPerLabel = rowsPerLabel;
        this.cap = cap;
    }

    /** Where vectors of this length belong; another length than before starts afresh. */
    void shape(int columns) {
        if (columns != width) {
            width = columns;
            size = 0;
            slots.clear();
            rows = new float[0];
            labels = new long[0];
            lastUsed = new long[0];
            counts = new long[0];
            optimiser = new AdamState(width);
        }
    }

    int size() {
        return size;
    }

    int rowsPerLabel() {
        return rowsPerLabel;
    }

    /** Slot of the label, -1 if it has none. */
    int slotOf(long label) {
        Integer slot = slots.get(label);
        return slot == null ? -1 : slot;
    }

    long label(int slot) {
        return labels[slot];
    }

    /** How often {@link #touch} was called for the slot's label. */
    long count(int slot) {
        return counts[slot];
    }

    /** Gives the label a slot, whose rows are then to be {@link #set}. */
    int claim(long label) {
        int slot = size < cap ? size++ : idle();
        if (slot < labels.length && slots.get(labels[slot]) != null && slots.get(labels[slot]) == slot) {
            slots.remove(labels[slot]);
        }
        if (slot >= labels.length) {
            int room = Math.min(cap, Math.max(16, 2 * labels.length));
            labels = Arrays.copyOf(labels, room);
            lastUsed = Arrays.copyOf(lastUsed, room);
            counts = Arrays.copyOf(counts, room);
            rows = Arrays.copyOf(rows, room * rowsPerLabel * width);
            optimiser.grow(room * rowsPerLabel);
        }
        for (int k = 0; k < rowsPerLabel; k++) {
            optimiser.reset(slot * rowsPerLabel + k);
        }
        labels[slot] = label;
        counts[slot] = 0;
        slots.put(label, slot);
        return slot;
    }

    private int idle() {
        int oldest = 0;
        for (int slot = 1; slot < size; slot++) {
            if (lastUsed[slot] < lastUsed[oldest]) {
                oldest = slot;
            }
        }
        return oldest;
    }

    void touch(int slot, long step) {
        lastUsed[slot] = step;
        counts[slot]++;
    }

    void set(int slot, int k, float[] values) {
        System.arraycopy(values, 0, rows, (slot * rowsPerLabel + k) * width, width);
    }

    /** {@code float[size * rowsPerLabel][width]}; a view. */
    FloatMatrix rows() {
        return new FloatMatrix(size * rowsPerLabel, width, rows);
    }

    /** Moves the rows of some slots along their gradients, {@code float[slots * rowsPerLabel][width]}. */
    void step(int[] chosen, FloatMatrix gradient, double rate, double decay) {
        for (int i = 0; i < chosen.length; i++) {
            for (int k = 0; k < rowsPerLabel; k++) {
                int from = i * rowsPerLabel + k;
                optimiser.step(rows, chosen[i] * rowsPerLabel + k, gradient.values(), from * width, rate, decay);
            }
        }
    }

    void save(SavedState state) {
        state.putLongs("shape", width, size, rowsPerLabel);
        state.putLongs("labels", Arrays.copyOf(labels, size));
        state.putLongs("last-used", Arrays.copyOf(lastUsed, size));
        state.putLongs("counts", Arrays.copyOf(counts, size));
        state.putFloats("rows", Arrays.copyOf(rows, size * rowsPerLabel * width));
        optimiser.save(state.scope("optimiser"), size * rowsPerLabel);
    }

    void load(SavedState state) {
        long[] shape = state.longs("shape");
        if (shape[2] != rowsPerLabel) {
            throw new IllegalArgumentException("the saved state has " + shape[2] + " rows per label, this loss "
                    + rowsPerLabel + ": restore with the options the checkpoint was written with");
        }
        width = (int) shape[0];
        size = (int) shape[1];
        labels = state.longs("labels");
        lastUsed = state.longs("last-used");
        counts = state.longs("counts");
        rows = state.floats("rows");
        optimiser = new AdamState(width);
        optimiser.load(state.scope("optimiser"));
        slots.clear();
        for (int slot = 0; slot < size; slot++) {
            slots.put(labels[slot], slot);
        }
    }
}
