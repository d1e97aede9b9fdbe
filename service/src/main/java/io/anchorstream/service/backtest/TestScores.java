package io.anchorstream.service.backtest;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.anchorstream.model.evaluation.Gallery;
import io.anchorstream.model.evaluation.Retrieval;
import io.anchorstream.model.evaluation.RetrievalScores;
import io.anchorstream.model.evaluation.RetrievalSet;
import io.anchorstream.model.loss.FloatMatrix;

/**
 * Scores a space on the test items. Two kinds of truth: <em>instance</em>, the same group, and <em>semantic</em>, the same
 * category, like text or shared keywords and attributes, with the query's own group taken out of the gallery. Scores for
 * which the catalogue has no truth are left out.
 */
final class TestScores {
    private static final int NEAREST = 10;
    private static final int MOST_TERMS = 512;

    private final Retrieval retrieval = new Retrieval(Runnable::run);
    private final long[] groups;
    private final long[] categories;
    private final int[] domains;
    private final FloatMatrix texts;
    private final FloatMatrix terms;
    private final boolean severalDomains;

    TestScores(List<BacktestItem> test) {
        groups = keys(test, item -> item.entry().group());
        categories = keys(test, item -> item.entry().category());
        long[] domainKeys = keys(test, item -> item.entry().domain());
        domains = new int[domainKeys.length];
        for (int i = 0; i < domains.length; i++) {
            domains[i] = (int) domainKeys[i];
        }
        severalDomains = java.util.stream.IntStream.of(domains).distinct().count() > 1;
        texts = centred(test);
        terms = terms(test);
    }

    /** Items with another one of their group to be found. */
    long answerable() {
        Map<Long, Long> members = Arrays.stream(groups)
                .filter(group -> group >= 0)
                .boxed()
                .collect(Collectors.groupingBy(group -> group, Collectors.counting()));
        return members.values().stream()
                .filter(count -> count > 1)
                .mapToLong(Long::longValue)
                .sum();
    }

    /** All scores, 0..1, by name; those that nothing can be asked for are left out. */
    Map<String, Double> of(FloatMatrix unit) {
        Map<String, Double> scores = new TreeMap<>();
        RetrievalSet instance = new RetrievalSet(unit, groups, new long[0], domains);
        put(scores, "", instance, Gallery.ALL);
        RetrievalSet meaning = new RetrievalSet(unit, categories, groups, domains);
        first(scores, "category_recall_at_1", meaning, Gallery.ALL);
        ndcg(scores, "semantic_ndcg_at_10", meaning, texts, Gallery.ALL);
        ndcg(scores, "keyword_ndcg_at_10", meaning, terms, Gallery.ALL);
        if (severalDomains) {
            first(scores, "cross_domain_recall_at_1", instance, Gallery.OTHER_DOMAINS);
            first(scores, "cross_domain_pair_recall_at_1", instance, Gallery.EACH_OTHER_DOMAIN);
            first(scores, "cross_domain_category_recall_at_1", meaning, Gallery.OTHER_DOMAINS);
            ndcg(scores, "cross_domain_semantic_ndcg_at_10", meaning, texts, Gallery.OTHER_DOMAINS);
        }
        return scores;
    }

    /** The one score of a learning curve: across domains where there are several. */
    double curve(FloatMatrix unit) {
        return retrieval
                .score(
                        new RetrievalSet(unit, groups, new long[0], domains),
                        severalDomains ? Gallery.OTHER_DOMAINS : Gallery.ALL)
                .recallAt(1);
    }

    String curveName() {
        return severalDomains ? "cross_domain_recall_at_1" : "recall_at_1";
    }

    private void put(Map<String, Double> scores, String prefix, RetrievalSet set, Gallery gallery) {
        RetrievalScores found = retrieval.score(set, gallery);
        if (found.queries() > 0) {
            scores.putAll(found.named(prefix));
        }
    }

    private void first(Map<String, Double> scores, String name, RetrievalSet set, Gallery gallery) {
        RetrievalScores found = retrieval.score(set, gallery);
        if (found.queries() > 0) {
            scores.put(name, found.recallAt(1));
        }
    }

    private void ndcg(Map<String, Double> scores, String name, RetrievalSet set, FloatMatrix truth, Gallery gallery) {
        double found = truth.columns() > 0 ? retrieval.textNdcg(set, truth, gallery, NEAREST) : Double.NaN;
        if (Double.isFinite(found)) {
            scores.put(name, found);
        }
    }

    /** Small numbers for names, in order of appearance; -1 for none. */
    private static long[] keys(List<BacktestItem> items, Function<BacktestItem, Optional<String>> nameOf) {
        Map<String, Long> known = new HashMap<>();
        return items.stream()
                .mapToLong(item -> nameOf.apply(item)
                        .filter(name -> !name.isBlank())
                        .map(name -> known.computeIfAbsent(name, unseen -> (long) known.size()))
                        .orElse(-1L))
                .toArray();
    }

    /** Unit text vectors with their mean taken off: without that, all texts of one shop are alike. */
    private static FloatMatrix centred(List<BacktestItem> items) {
        int width =
                items.stream().mapToInt(item -> item.truthVector().length).max().orElse(0);
        double[] mean = new double[width];
        long count =
                items.stream().filter(item -> item.truthVector().length > 0).count();
        for (BacktestItem item : items) {
            for (int d = 0; d < item.truthVector().length; d++) {
                mean[d] += item.truthVector()[d] / (double) count;
            }
        }
        float[][] rows = new float[items.size()][width];
        for (int i = 0; i < rows.length; i++) {
            float[] vector = items.get(i).truthVector();
            for (int d = 0; d < vector.length; d++) {
                rows[i][d] = (float) (vector[d] - mean[d]);
            }
            normalise(rows[i]);
        }
        return width == 0 ? FloatMatrix.zeros(items.size(), 0) : FloatMatrix.of(rows);
    }

    /** Keywords and attributes that more than one group has, as unit rows; the commonest when there are very many. */
    private static FloatMatrix terms(List<BacktestItem> items) {
        Map<String, Set<String>> groupsOf = new TreeMap<>();
        for (BacktestItem item : items) {
            termsOf(item).forEach(term -> groupsOf.computeIfAbsent(term, unseen -> new TreeSet<>())
                    .add(item.group()));
        }
        List<String> shared = groupsOf.entrySet().stream()
                .filter(entry -> entry.getValue().size() > 1)
                .sorted((a, b) ->
                        Integer.compare(b.getValue().size(), a.getValue().size()))
                .limit(MOST_TERMS)
                .map(Map.Entry::getKey)
                .toList();
        Map<String, Integer> column = new HashMap<>();
        shared.forEach(term -> column.put(term, column.size()));
        float[][] rows = new float[items.size()][shared.size()];
        for (int i = 0; i < rows.length; i++) {
            for (String term : termsOf(items.get(i))) {
                Integer at = column.get(term);
                if (at != null) {
                    rows[i][at] = 1;
                }
            }
            normalise(rows[i]);
        }
        return shared.isEmpty() ? FloatMatrix.zeros(items.size(), 0) : FloatMatrix.of(rows);
    }

    private static Set<String> termsOf(BacktestItem item) {
        Set<String> found = new TreeSet<>(item.truthKeywords());
        item.entry().attributes().forEach((name, value) -> found.add(name + "=" + value));
        return found;
    }

    private static void normalise(float[] row) {
        double square = 0;
        for (float x : row) {
            square += (double) x * x;
        }
        float norm = (float) Math.sqrt(square);
        for (int d = 0; norm > 0 && d < row.length; d++) {
            row[d] /= norm;
        }
    }
}
