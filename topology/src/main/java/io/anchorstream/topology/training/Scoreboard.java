package io.anchorstream.topology.training;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.anchorstream.model.training.Embedder;

/**
 * Scores of versions on one snapshot of the hold-out, each taken once. A new snapshot is taken only when the hold-out
 * has changed enough, so that the reference scores of most versions cost nothing. Not thread-safe.
 */
final class Scoreboard {
    /** Scores of version 0 stand among the baselines under this prefix. */
    static final String UNTRAINED = "untrained.";

    static final String ITEMS = "holdout.items";

    private final HoldoutScorer scorer;
    private final double growth;
    private final Map<Long, Map<String, Double>> scores = new HashMap<>();
    private Map<String, Double> baselines = Map.of();
    private List<HoldoutExample> items = List.of();
    private long takenAt = -1;

    /** @param growth share of the hold-out that must have changed before {@link #stale} */
    Scoreboard(HoldoutScorer scorer, double growth) {
        this.scorer = scorer;
        this.growth = growth;
    }

    /** Whether so much of the hold-out has changed that scores should be taken anew. */
    boolean stale(HoldoutSet holdout) {
        return takenAt < 0 || holdout.changes() - takenAt > growth * items.size();
    }

    /** Scores from now on are taken on the hold-out as it is. */
    void take(HoldoutSet holdout) {
        items = holdout.items();
        takenAt = holdout.changes();
        scores.clear();
        baselines = Map.of();
    }

    int items() {
        return items.size();
    }

    /** Items that versions are chosen by: those outside the test groups. */
    int judges() {
        return (int) items.stream()
                .filter(item -> item.truth().filter(HoldoutExample.Truth::test).isEmpty())
                .count();
    }

    boolean has(long version) {
        return scores.containsKey(version);
    }

    /** The scores of a version where they were taken, else none. */
    Map<String, Double> known(long version) {
        return scores.getOrDefault(version, Map.of());
    }

    /** The scores of a version; {@code model} is used the first time. */
    Map<String, Double> score(long version, Embedder model) {
        return scores.computeIfAbsent(version, v -> {
            Map<String, Double> result = new HashMap<>(scorer.score(model, items));
            result.put(ITEMS, (double) items.size());
            return Map.copyOf(result);
        });
    }

    /** Scores of untrained descriptors, and of version 0 where it has been scored. */
    Map<String, Double> baselines() {
        if (baselines.isEmpty()) {
            baselines = Map.copyOf(scorer.baselines(items));
        }
        Map<String, Double> result = new HashMap<>(baselines);
        scores.getOrDefault(0L, Map.of()).forEach((name, value) -> result.put(UNTRAINED + name, value));
        return result;
    }
}
