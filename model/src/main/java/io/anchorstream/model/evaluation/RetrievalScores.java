package io.anchorstream.model.evaluation;

import java.util.Map;
import java.util.TreeMap;

/**
 * How well the nearest rows are the relevant ones; means over queries, 0..1.
 *
 * @param queries that had something relevant in their gallery, and so were scored
 * @param skipped that had nothing relevant in it
 * @param recallAt share of queries with a relevant row among the nearest K, by K
 * @param rPrecision share of relevant rows among the nearest R, R = number of relevant rows
 * @param mapAtR mean over ranks i up to R of precision at i where row i is relevant
 */
public record RetrievalScores(
        int queries, int skipped, Map<Integer, Double> recallAt, double rPrecision, double mapAtR) {

    public RetrievalScores {
        recallAt = Map.copyOf(recallAt);
    }

    /** Recall@K, NaN if it was not asked for. */
    public double recallAt(int k) {
        return recallAt.getOrDefault(k, Double.NaN);
    }

    /** {@code recall_at_1}, {@code r_precision}, ... each behind the prefix. */
    public Map<String, Double> named(String prefix) {
        Map<String, Double> named = new TreeMap<>();
        recallAt.forEach((k, value) -> named.put(prefix + "recall_at_" + k, value));
        named.put(prefix + "r_precision", rPrecision);
        named.put(prefix + "map_at_r", mapAtR);
        return named;
    }
}
