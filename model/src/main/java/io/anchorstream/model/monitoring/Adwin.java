package io.anchorstream.model.monitoring;

import java.util.ArrayList;
import java.util.List;

import io.anchorstream.model.loss.SavedState;

/**
 * Adaptive windowing (Bifet and Gavaldà, SDM 2007): notices when the mean of bounded values has moved, and forgets what
 * lies before. The window is held in buckets whose sizes grow as powers of two, so that memory is logarithmic.
 */
final class Adwin {
    private static final int BUCKETS_PER_SIZE = 5;
    private static final int CHECK_EVERY = 32;
    private static final long LEAST_WINDOW = 10;
    private static final long LEAST_PART = 5;

    private final double delta;
    private final List<Bucket> newestFirst = new ArrayList<>();
    private long added;

    /** @param delta chance of a false alarm at each check, e.g. 0.002 */
    Adwin(double delta) {
        this.delta = delta;
    }

    private record Bucket(long count, double sum, double squares) {
        Bucket and(Bucket other) {
            return new Bucket(count + other.count, sum + other.sum, squares + other.squares);
        }
    }

    /**
     * @param value 0..1
     * @return how far the mean has moved, 0 = it has not
     */
    double add(double value) {
        newestFirst.add(0, new Bucket(1, value, value * value));
        compress();
        added++;
        return added % CHECK_EVERY == 0 ? cut() : 0;
    }

    private void compress() {
        int from = 0;
        while (from < newestFirst.size()) {
            long size = newestFirst.get(from).count;
            int to = from;
            while (to < newestFirst.size() && newestFirst.get(to).count == size) {
                to++;
            }
            if (to - from > BUCKETS_PER_SIZE) {
                Bucket oldest = newestFirst.remove(to - 1);
                newestFirst.set(to - 2, newestFirst.get(to - 2).and(oldest));
                to -= 2;
            }
            from = to;
        }
    }

    private double cut() {
        double moved = 0;
        for (double gap = firstGap(); gap != 0; gap = firstGap()) {
            moved = gap;
            newestFirst.remove(newestFirst.size() - 1);
        }
        return moved;
    }

    /** Mean of the newer part less that of the older one, at the first place where they differ; 0 if nowhere. */
    private double firstGap() {
        Bucket all = newestFirst.stream().reduce(new Bucket(0, 0, 0), Bucket::and);
        if (all.count < LEAST_WINDOW) {
            return 0;
        }
        double mean = all.sum / all.count;
        double variance = Math.max(0, all.squares / all.count - mean * mean);
        double confidence = Math.log(2 * Math.log((double) all.count) / delta);
        Bucket old = new Bucket(0, 0, 0);
        for (int i = newestFirst.size() - 1; i > 0; i--) {
            old = old.and(newestFirst.get(i));
            long left = all.count - old.count;
            if (old.count < LEAST_PART || left < LEAST_PART) {
                continue;
            }
            double gap = (all.sum - old.sum) / left - old.sum / old.count;
            double inverse = 1.0 / (old.count - LEAST_PART + 1) + 1.0 / (left - LEAST_PART + 1);
            double bound = Math.sqrt(2 * inverse * variance * confidence) + 2 * inverse * confidence / 3;
            if (Math.abs(gap) > bound) {
                return gap;
            }
        }
        return 0;
    }

    /** Values in the window. */
    long size() {
        return newestFirst.stream().mapToLong(Bucket::count).sum();
    }

    double mean() {
        long count = size();
        return count == 0 ? 0 : newestFirst.stream().mapToDouble(Bucket::sum).sum() / count;
    }

    void save(SavedState state) {
        state.putLongs("added", added);
        state.putLongs("counts", newestFirst.stream().mapToLong(Bucket::count).toArray());
        state.putDoubles("sums", newestFirst.stream().mapToDouble(Bucket::sum).toArray());
        state.putDoubles(
                "squares", newestFirst.stream().mapToDouble(Bucket::squares).toArray());
    }

    void load(SavedState state) {
        added = state.longs("added")[0];
        long[] counts = state.longs("counts");
        double[] sums = state.doubles("sums");
        double[] squares = state.doubles("squares");
        newestFirst.clear();
        for (int i = 0; i < counts.length; i++) {
            newestFirst.add(new Bucket(counts[i], sums[i], squares[i]));
        }
    }
}
