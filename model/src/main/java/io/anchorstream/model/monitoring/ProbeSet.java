package io.anchorstream.model.monitoring;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

import io.anchorstream.model.loss.FloatMatrix;
import io.anchorstream.model.loss.SavedState;

/**
 * The first items of the stream, kept to be embedded again and again: how well they are still told apart (forgetting), and
 * how far they have moved since the last time (drift; what neighbours they keep is the part that a mere turn of the space
 * leaves alone).
 */
public final class ProbeSet {
    private static final int NEIGHBOURS = 10;
    /** Recall@1 that may be lost before it counts as forgetting. */
    private static final double TOLERATED = 0.1;

    private final int capacity;
    private int width;
    private int size;
    private float[] rows = new float[0];
    private long[] labels = new long[0];
    private final Set<Long> items = new HashSet<>();
    private float[] before = new float[0];
    private double best;
    private boolean forgotten;

    /** @param capacity items at most */
    public ProbeSet(int capacity) {
        this.capacity = capacity;
    }

    /** Whether an item with this key is wanted; from the first measurement on none is. */
    public boolean wants(long item, long label) {
        return label >= 0 && size < capacity && before.length == 0 && !items.contains(item);
    }

    /** @param row the network's input for it */
    public void add(long item, long label, float[] row) {
        if (size == 0) {
            width = row.length;
        }
        if (labels.length <= size) {
            int room = Math.min(capacity, Math.max(16, 2 * size));
            rows = Arrays.copyOf(rows, room * width);
            labels = Arrays.copyOf(labels, room);
        }
        System.arraycopy(row, 0, rows, size * width, width);
        labels[size] = label;
        items.add(item);
        size++;
    }

    public int size() {
        return size;
    }

    /** Inputs of all of them, {@code float[size][width]}; a view. */
    public FloatMatrix rows() {
        return new FloatMatrix(size, width, rows);
    }

    /**
     * @param metrics {@code probe.recall_at_1}, {@code probe.forgetting} (the best before, less that), {@code probe.drift}
     *     (mean {@code 1 - cos} to the last time) and {@code probe.overlap_at_10} (shared nearest neighbours)
     * @param forgets true at the measurement at which more than ten points of Recall@1 have been lost
     */
    public record Measurement(Map<String, Double> metrics, boolean forgets) {}

    /** @param unit {@code float[size][D]} unit rows of the present model */
    public Measurement measure(FloatMatrix unit) {
        Map<String, Double> metrics = new TreeMap<>();
        double recall = recallAt1(unit);
        best = Math.max(best, recall);
        metrics.put("probe.recall_at_1", recall);
        metrics.put("probe.forgetting", best - recall);
        if (before.length == unit.values().length) {
            FloatMatrix old = new FloatMatrix(size, unit.columns(), before);
            double moved = 0;
            for (int i = 0; i < unit.values().length; i++) {
                moved += (double) unit.values()[i] * before[i];
            }
            metrics.put("probe.drift", 1 - moved / size);
            metrics.put("probe.overlap_at_10", overlap(unit, old));
        }
        before = unit.values().clone();
        boolean now = best - recall > TOLERATED;
        boolean noticed = now && !forgotten;
        forgotten = now;
        return new Measurement(metrics, noticed);
    }

    private double recallAt1(FloatMatrix unit) {
        FloatMatrix cosines = unit.timesTransposed(unit);
        int queries = 0;
        int hits = 0;
        for (int i = 0; i < size; i++) {
            float relevant = Float.NEGATIVE_INFINITY;
            float other = Float.NEGATIVE_INFINITY;
            for (int j = 0; j < size; j++) {
                if (j != i && labels[j] == labels[i]) {
                    relevant = Math.max(relevant, cosines.get(i, j));
                } else if (j != i) {
                    other = Math.max(other, cosines.get(i, j));
                }
            }
            queries += relevant > Float.NEGATIVE_INFINITY ? 1 : 0;
            hits += relevant > other ? 1 : 0;
        }
        return queries == 0 ? 0 : (double) hits / queries;
    }

    private double overlap(FloatMatrix now, FloatMatrix old) {
        int wanted = Math.min(NEIGHBOURS, size - 1);
        if (wanted < 1) {
            return 1;
        }
        FloatMatrix cosines = now.timesTransposed(now);
        FloatMatrix earlier = old.timesTransposed(old);
        long shared = 0;
        for (int i = 0; i < size; i++) {
            Set<Integer> kept = new HashSet<>(neighbours(cosines, i, wanted));
            kept.retainAll(neighbours(earlier, i, wanted));
            shared += kept.size();
        }
        return (double) shared / ((long) size * wanted);
    }

    private static Set<Integer> neighbours(FloatMatrix cosines, int row, int wanted) {
        return IntStream.range(0, cosines.rows())
                .filter(j -> j != row)
                .boxed()
                .sorted((a, b) -> Float.compare(cosines.get(row, b), cosines.get(row, a)))
                .limit(wanted)
                .collect(java.util.stream.Collectors.toSet());
    }

    public void save(SavedState state) {
        state.putLongs("shape", size, width, forgotten ? 1 : 0);
        state.putFloats("rows", Arrays.copyOf(rows, size * width));
        state.putLongs("labels", Arrays.copyOf(labels, size));
        state.putLongs(
                "items", items.stream().mapToLong(Long::longValue).sorted().toArray());
        state.putFloats("before", before);
        state.putDoubles("best", best);
    }

    public void load(SavedState state) {
        long[] shape = state.longs("shape");
        size = (int) shape[0];
        width = (int) shape[1];
        forgotten = shape[2] == 1;
        rows = state.floats("rows");
        labels = state.longs("labels");
        items.clear();
        Arrays.stream(state.longs("items")).forEach(items::add);
        before = state.floats("before");
        best = state.doubles("best")[0];
    }
}
