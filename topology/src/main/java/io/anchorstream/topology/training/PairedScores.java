package io.anchorstream.topology.training;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import io.anchorstream.model.evaluation.QueryScores;

/**
 * The scores of two versions query by query, on the same pictures.
 *
 * @param items whose scores these are, in order
 */
record PairedScores(QueryScores candidate, QueryScores reference, List<HoldoutExample> items) {
    /** Fewer queries than this say nothing about a category. */
    static final int CATEGORY_QUERIES = 20;

    /** What the candidate gains on a measure; empty for measures that are not taken query by query. */
    Optional<PairedGain> gain(String metric, double confidence) {
        return column(candidate, metric).flatMap(now -> column(reference, metric)
                .flatMap(before -> PairedGain.of(now, before, labels(), confidence)));
    }

    /**
     * What the candidate gains on MAP@R in each category with enough queries. Each interval is as wide as it takes for
     * all of them together to keep the confidence (Bonferroni).
     */
    Map<String, PairedGain> byCategory(double confidence) {
        Map<String, Integer> queries = new TreeMap<>();
        for (int i = 0; i < items.size(); i++) {
            if (!Double.isNaN(candidate.mapAtR()[i])) {
                items.get(i).category().ifPresent(name -> queries.merge(name, 1, Integer::sum));
            }
        }
        queries.values().removeIf(count -> count < CATEGORY_QUERIES);
        double each = 1 - (1 - confidence) / Math.max(1, queries.size());
        Map<String, PairedGain> gains = new TreeMap<>();
        queries.keySet().forEach(category -> PairedGain.of(
                        only(category, candidate.mapAtR()), reference.mapAtR(), labels(), each)
                .ifPresent(gain -> gains.put(category, gain)));
        return gains;
    }

    private double[] only(String category, double[] scores) {
        double[] some = new double[scores.length];
        for (int i = 0; i < scores.length; i++) {
            boolean inside = items.get(i).category().filter(category::equals).isPresent();
            some[i] = inside ? scores[i] : Double.NaN;
        }
        return some;
    }

    private long[] labels() {
        return items.stream().mapToLong(HoldoutExample::label).toArray();
    }

    private static Optional<double[]> column(QueryScores scores, String metric) {
        return Optional.ofNullable(
                        switch (metric) {
                            case "holdout.recall_at_1" -> scores.recallAt1();
                            case "holdout.recall_at_10" -> scores.recallAt10();
                            case "holdout.map_at_r" -> scores.mapAtR();
                            default -> null;
                        })
                .filter(column -> Arrays.stream(column).anyMatch(value -> !Double.isNaN(value)));
    }
}
