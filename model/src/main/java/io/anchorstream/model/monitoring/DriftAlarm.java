package io.anchorstream.model.monitoring;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

import io.anchorstream.model.evaluation.PrequentialScore;
import io.anchorstream.model.loss.SavedState;

/**
 * Tells when the stream brings something else than before. Three bounded signals of fresh items, each under {@link
 * Adwin}: Recall@1, distance to the nearest earlier item of the label, and whether the label is new. One signal that
 * moves for the worse may be chance, as many checks are made: two within {@link #NEAR} items are not.
 */
final class DriftAlarm implements PrequentialScore.Observer {
    static final int NEAR = 512;

    private static final double DELTA = 0.002;

    private enum Signal {
        MISS,
        DISTANCE,
        NOVELTY
    }

    private final Map<Signal, Adwin> windows = new EnumMap<>(Signal.class);
    private long items;
    private long lastMove = -NEAR - 1;
    private boolean raised;

    DriftAlarm() {
        for (Signal signal : Signal.values()) {
            windows.put(signal, new Adwin(DELTA));
        }
    }

    @Override
    public void scored(boolean hit, float cosine) {
        items++;
        add(Signal.MISS, hit ? 0 : 1);
        add(Signal.DISTANCE, (1 - Math.max(-1, Math.min(1, cosine))) / 2);
        add(Signal.NOVELTY, 0);
    }

    @Override
    public void withoutRelevant() {
        items++;
        add(Signal.NOVELTY, 1);
    }

    @SuppressWarnings("NullAway") // every signal has its window
    private void add(Signal signal, double value) {
        if (windows.get(signal).add(value) > 0) {
            if (items - lastMove <= NEAR) {
                raised = true;
                lastMove = -NEAR - 1;
            } else {
                lastMove = items;
            }
        }
    }

    /** Whether there was drift since the last call. */
    boolean poll() {
        boolean was = raised;
        raised = false;
        return was;
    }

    Map<String, Double> metrics() {
        Map<String, Double> metrics = new TreeMap<>();
        metrics.put("drift.miss", mean(Signal.MISS));
        metrics.put("drift.distance", mean(Signal.DISTANCE));
        metrics.put("drift.novelty", mean(Signal.NOVELTY));
        return metrics;
    }

    @SuppressWarnings("NullAway") // every signal has its window
    private double mean(Signal signal) {
        return windows.get(signal).mean();
    }

    void save(SavedState state) {
        state.putLongs("items", items, lastMove, raised ? 1 : 0);
        windows.forEach((signal, window) -> window.save(state.scope(signal.name())));
    }

    void load(SavedState state) {
        long[] counts = state.longs("items");
        items = counts[0];
        lastMove = counts[1];
        raised = counts[2] == 1;
        windows.forEach((signal, window) -> window.load(state.scope(signal.name())));
    }
}
