package io.anchorstream.model.loss;

import java.util.Arrays;

/**
 * Brings stale memory rows to where embeddings lie now (adaptive cross-batch normalisation, arXiv 2303.17127): {@code (z -
 * mean_memory) / deviation_memory * deviation_batch + mean_batch} in each dimension, then unit length. Small batches tell
 * little of their moments, so running ones stand for the batch.
 */
final class MomentMatching {
    private static final double RATE = 0.1;
    private static final double LEAST = 1e-6;

    private double[] mean = new double[0];
    private double[] square = new double[0];
    private long batches;

    /** Takes a batch of unit rows into the running moments. */
    void observe(FloatMatrix unit) {
        if (unit.rows() == 0) {
            return;
        }
        if (mean.length != unit.columns()) {
            mean = new double[unit.columns()];
            square = new double[unit.columns()];
            batches = 0;
        }
        batches++;
        double rate = Math.max(RATE, 1.0 / batches);
        for (int d = 0; d < mean.length; d++) {
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < unit.rows(); i++) {
                double x = unit.get(i, d);
                sum += x;
                squares += x * x;
            }
            mean[d] += rate * (sum / unit.rows() - mean[d]);
            square[d] += rate * (squares / unit.rows() - square[d]);
        }
    }

    /** The memory's slots, live ones moved; the memory itself stays as it is. */
    FloatMatrix matched(EmbeddingMemory memory) {
        FloatMatrix stored = memory.embeddings();
        int width = stored.columns();
        int[] live = memory.liveSlots();
        FloatMatrix out = new FloatMatrix(stored.rows(), width, Arrays.copyOf(stored.values(), stored.rows() * width));
        if (live.length < 2 || mean.length != width) {
            return out;
        }
        for (int d = 0; d < width; d++) {
            double sum = 0;
            double squares = 0;
            for (int slot : live) {
                double x = stored.get(slot, d);
                sum += x;
                squares += x * x;
            }
            double from = sum / live.length;
            double deviation = Math.sqrt(Math.max(0, squares / live.length - from * from));
            double scale = Math.sqrt(Math.max(0, square[d] - mean[d] * mean[d])) / Math.max(deviation, LEAST);
            for (int slot : live) {
                out.values()[slot * width + d] = (float) ((stored.get(slot, d) - from) * scale + mean[d]);
            }
        }
        return UnitRows.of(out).unit();
    }

    void save(SavedState state) {
        state.putDoubles("mean", mean);
        state.putDoubles("square", square);
        state.putLongs("batches", batches);
    }

    void load(SavedState state) {
        mean = state.doubles("mean");
        square = state.doubles("square");
        batches = state.longs("batches")[0];
    }
}
