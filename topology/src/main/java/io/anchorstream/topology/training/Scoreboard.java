package io.anchorstream.topology.training;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.anchorstream.model.training.Embedder;
import io.anchorstream.model.training.HoldoutSheet;

/**
 * Scores of versions on one snapshot of the hold-out, each taken once. A new snapshot is taken only when the hold-out
 * has changed enough, so that the reference scores of most versions cost nothing. Not thread-safe.
 */
final class Scoreboard {
    /** Scores of version 0 stand among the baselines under this prefix. */
    static final String UNTRAINED = "untrained.";

    static final String ITEMS = "holdout.items";

    private static final int KEPT = 4;

    private final HoldoutScorer scorer;
    private final double growth;
    /** By version, the one used longest ago first: a sheet holds a vector of every item. */
    private final Map<Long, HoldoutSheet> sheets = new LinkedHashMap<>(16, 0.75f, true);

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
        sheets.clear();
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

    /** Items that {@code test.*} is asked of; one of a test group without a name has nothing to be found by. */
    private long tests() {
        return items.stream()
                .filter(item -> item.truth()
                        .filter(truth -> truth.test() && truth.group().isPresent())
                        .isPresent())
                .count();
    }

    boolean has(long version) {
        return sheets.containsKey(version);
    }

    /** What a version did; {@code model} is used the first time. */
    HoldoutSheet sheet(long version, Embedder model) {
        HoldoutSheet known = sheets.get(version);
        if (known == null) {
            known = scorer.score(model, items);
            put(version, known);
        }
        return known;
    }

    /** Keeps what a version did, instead of what was known before. */
    void put(long version, HoldoutSheet sheet) {
        sheets.put(version, sheet);
        if (sheets.size() > KEPT) {
            sheets.remove(sheets.keySet().iterator().next());
        }
    }

    /** What a version did where that is known still. */
    Optional<HoldoutSheet> known(long version) {
        return Optional.ofNullable(sheets.get(version));
    }

    /** The scores behind a sheet, as they are published. */
    Map<String, Double> scores(HoldoutSheet sheet) {
        Map<String, Double> result = new HashMap<>(sheet.scores());
        result.put(ITEMS, (double) items.size());
        result.put("holdout.pictures", (double) judges());
        result.put("test.pictures", (double) tests());
        return Map.copyOf(result);
    }

    /** How a candidate's space lies to the one in service, on this snapshot; see {@link Alignment#of}. */
    Optional<Alignment> align(HoldoutSheet candidate, HoldoutSheet reference, int least) {
        return Alignment.of(candidate, reference, items, least, scorer.executor());
    }

    /** The items of the snapshot. */
    List<HoldoutExample> examples() {
        return items;
    }

    /** Scores of untrained descriptors, and of version 0 where it has been scored. */
    Map<String, Double> baselines() {
        if (baselines.isEmpty()) {
            baselines = Map.copyOf(scorer.baselines(items));
        }
        Map<String, Double> result = new HashMap<>(baselines);
        known(0).ifPresent(sheet -> scores(sheet).forEach((name, value) -> result.put(UNTRAINED + name, value)));
        return result;
    }
}
