package io.anchorstream.model.loss;

import java.util.Arrays;

/**
 * Cross-batch memory (Wang et al., arXiv 1912.06798): a ring of past embeddings with label, item, step and text vector.
 * It counts its rows explicitly, so label 0 means nothing special; rows older than the age limit are dropped; items
 * without a label never enter.
 */
public final class EmbeddingMemory {
    private int capacity;
    private final long maxAge;
    private final long warmUp;

    /** Of the distance between items: below it a stored row still says where its item is. */
    private static final double SLOW = 0.25;

    private static final double FADING = 0.8;
    private static final long ENOUGH_COPIES = 32;

    private long written;
    private long copies;
    private double drift = 1;
    private int size;
    private int dimension;
    private int textDimension;
    private float[] embeddings = new float[0];
    private float[] texts = new float[0];
    private boolean[] hasText;
    private long[] labels;
    private long[] items;
    private long[] steps;

    /**
     * @param capacity rows at most; 0 = no memory
     * @param maxAge steps after which a row is dropped
     * @param warmUp steps before losses look at the memory where it is not known how fast embeddings move
     */
    public EmbeddingMemory(int capacity, long maxAge, long warmUp) {
        if (capacity < 0 || maxAge < 0 || warmUp < 0) {
            throw new IllegalArgumentException("memory rows, age limit and warm-up must not be negative: " + capacity
                    + ", " + maxAge + ", " + warmUp);
        }
        this.capacity = capacity;
        this.maxAge = maxAge;
        this.warmUp = warmUp;
        this.hasText = new boolean[capacity];
        this.labels = new long[capacity];
        this.items = new long[capacity];
        this.steps = new long[capacity];
    }

    /** A memory that never holds anything. */
    public static EmbeddingMemory none() {
        return new EmbeddingMemory(0, 0, 0);
    }

    /** Drops rows older than the age limit. Call once per step, before the memory is read. */
    public void expire(long step) {
        while (size > 0 && step - steps[slot(0)] > maxAge) {
            size--;
        }
    }

    /**
     * Measures how far items have moved since they were stored, relative to the distance of two items of the batch. Call
     * once per step, before the memory is read.
     *
     * @param unit {@code float[N][D]} unit rows
     */
    public void observe(FloatMatrix unit, long[] rowItems) {
        if (dimension != unit.columns()) {
            return;
        }
        double moved = 0;
        int met = 0;
        double[] mean = new double[dimension];
        for (int i = 0; i < unit.rows(); i++) {
            int slot = newest(rowItems[i]);
            double cosine = 0;
            for (int d = 0; d < dimension; d++) {
                mean[d] += unit.get(i, d) / unit.rows();
                cosine += slot < 0 ? 0 : (double) unit.get(i, d) * embeddings[slot * dimension + d];
            }
            moved += slot < 0 ? 0 : 1 - cosine;
            met += slot < 0 ? 0 : 1;
        }
        double apart = 1;
        for (double m : mean) {
            apart -= m * m;
        }
        if (met > 0 && apart > 1e-6) {
            copies += met;
            double now = Math.min(1, moved / met / apart);
            drift = copies == met ? now : FADING * drift + (1 - FADING) * now;
        }
    }

    /** Slot of the item's newest live row, -1 if it has none. */
    int newest(long item) {
        int slot = (int) ((written - 1) % Math.max(1, capacity));
        for (int i = 0; i < size; i++) {
            if (items[slot] == item) {
                return slot;
            }
            slot = slot == 0 ? capacity - 1 : slot - 1;
        }
        return -1;
    }

    /** How far items move while they are stored, relative to their distances, 0..1; 1 before it is known. */
    public double drift() {
        return drift;
    }

    /** Drops the older half: what it says belongs to a past that is over. */
    public void forgetHalf() {
        size -= size / 2;
    }

    /**
     * Stores the rows of a batch, the oldest rows making room.
     *
     * @param unit {@code float[N][D]} unit rows, detached
     * @return the slot of each row, -1 for rows without a label; a slot is how an anchor's own copy is recognised
     */
    public int[] put(long step, FloatMatrix unit, long[] rowLabels, long[] rowItems, float[][] rowTexts) {
        int[] slots = new int[unit.rows()];
        Arrays.fill(slots, -1);
        if (capacity == 0) {
            return slots;
        }
        shape(unit.columns(), rowTexts);
        for (int i = 0; i < unit.rows(); i++) {
            if (rowLabels[i] < 0) {
                continue;
            }
            int slot = (int) (written % capacity);
            System.arraycopy(unit.values(), i * dimension, embeddings, slot * dimension, dimension);
            hasText[slot] = textDimension > 0 && rowTexts[i].length == textDimension;
            if (hasText[slot]) {
                System.arraycopy(rowTexts[i], 0, texts, slot * textDimension, textDimension);
            } else {
                Arrays.fill(texts, slot * textDimension, (slot + 1) * textDimension, 0f);
            }
            labels[slot] = rowLabels[i];
            items[slot] = rowItems[i];
            steps[slot] = step;
            slots[i] = slot;
            written++;
            size = Math.min(size + 1, capacity);
        }
        return slots;
    }

    private void shape(int columns, float[][] rowTexts) {
        if (dimension != columns) {
            // Vectors of another space cannot be compared with these.
            dimension = columns;
            embeddings = new float[capacity * dimension];
            size = 0;
        }
        for (float[] text : rowTexts) {
            if (text.length > 0 && text.length != textDimension) {
                textDimension = text.length;
                texts = new float[capacity * textDimension];
                Arrays.fill(hasText, false);
            }
        }
    }

    private int slot(int oldestFirst) {
        return (int) ((written - size + oldestFirst) % capacity);
    }

    /** Whether losses may look at it: once its rows are seen to move slowly, or at the end of the warm-up. */
    public boolean ready(long step) {
        return size > 0 && (step > warmUp || (copies >= ENOUGH_COPIES && drift < SLOW));
    }

    public int size() {
        return size;
    }

    public int capacity() {
        return capacity;
    }

    /** Slots that were ever written: {@code 0..used()-1}. */
    int used() {
        return (int) Math.min(written, capacity);
    }

    /** Whether the slot holds a row that has not been dropped. */
    boolean live(int slot) {
        long age = written - 1 - slot;
        return slot < used() && age % capacity < size;
    }

    /** All slots ever written, dropped ones included, {@code float[used][D]}; a view. */
    public FloatMatrix embeddings() {
        return new FloatMatrix(used(), dimension, embeddings);
    }

    FloatMatrix texts() {
        return new FloatMatrix(used(), textDimension, texts);
    }

    boolean hasText(int slot) {
        return hasText[slot];
    }

    public long label(int slot) {
        return labels[slot];
    }

    public long item(int slot) {
        return items[slot];
    }

    /** Step at which the row was written. */
    public long step(int slot) {
        return steps[slot];
    }

    /** Live slots, oldest first. */
    public int[] liveSlots() {
        int[] slots = new int[size];
        for (int i = 0; i < size; i++) {
            slots[i] = slot(i);
        }
        return slots;
    }

    public void save(SavedState state) {
        state.putLongs("shape", capacity, dimension, textDimension, written, size);
        state.putLongs("copies", copies);
        state.putDoubles("drift", drift);
        state.putFloats("embeddings", embeddings);
        state.putFloats("texts", texts);
        long[] flags = new long[capacity];
        for (int i = 0; i < capacity; i++) {
            flags[i] = hasText[i] ? 1 : 0;
        }
        state.putLongs("has-text", flags);
        state.putLongs("labels", labels);
        state.putLongs("items", items);
        state.putLongs("steps", steps);
    }

    /** @throws IllegalArgumentException if the state is of a memory of another capacity */
    public void load(SavedState state) {
        int saved = capacityOf(state);
        if (saved != capacity) {
            throw new IllegalArgumentException("the saved memory has " + saved + " rows and the configuration asks for "
                    + capacity + ": set train.memory-rows=" + saved);
        }
        take(state);
    }

    /** As {@link #load}, with as many rows as the state has; one of a memory without rows leaves this one empty as it is. */
    public void loadWhatever(SavedState state) {
        if (capacityOf(state) > 0) {
            take(state);
        }
    }

    /** How many rows at most the memory had whose state this is. */
    public static int capacityOf(SavedState state) {
        return Math.toIntExact(state.longs("shape")[0]);
    }

    private void take(SavedState state) {
        long[] shape = state.longs("shape");
        capacity = (int) shape[0];
        dimension = (int) shape[1];
        textDimension = (int) shape[2];
        written = shape[3];
        size = (int) shape[4];
        copies = state.longs("copies")[0];
        drift = state.doubles("drift")[0];
        embeddings = state.floats("embeddings");
        texts = state.floats("texts");
        long[] flags = state.longs("has-text");
        hasText = new boolean[capacity];
        for (int i = 0; i < capacity; i++) {
            hasText[i] = flags[i] == 1;
        }
        labels = state.longs("labels");
        items = state.longs("items");
        steps = state.longs("steps");
    }
}
