package io.anchorstream.model.loss;

import java.util.Arrays;

/** Mean of the last 64 losses; before any, so large that hardness-aware learning leaves negatives alone. */
final class RunningLoss {
    private static final int WINDOW = 64;
    private static final double BEFORE_ANY = 1e6;

    private double[] recent = new double[0];

    void record(double loss) {
        int kept = Math.min(recent.length, WINDOW - 1);
        double[] next = Arrays.copyOfRange(recent, recent.length - kept, recent.length + 1);
        next[kept] = loss;
        recent = next;
    }

    /** As before any. */
    void reset() {
        recent = new double[0];
    }

    double mean() {
        return recent.length == 0 ? BEFORE_ANY : Arrays.stream(recent).sum() / recent.length;
    }

    void save(SavedState state) {
        state.putDoubles("recent", recent);
    }

    void load(SavedState state) {
        recent = state.doubles("recent");
    }
}
