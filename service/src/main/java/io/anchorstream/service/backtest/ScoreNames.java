package io.anchorstream.service.backtest;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The scores in the order of the tables, with their short names. */
final class ScoreNames {
    /** Before the name of a score on another catalogue than the one that was learned from. */
    static final String TRANSFER = "transfer_";

    private static final Map<String, String> SHORT = names();

    private ScoreNames() {}

    private static Map<String, String> names() {
        Map<String, String> names = new LinkedHashMap<>();
        names.put("recall_at_1", "R@1");
        names.put("recall_at_2", "R@2");
        names.put("recall_at_4", "R@4");
        names.put("recall_at_8", "R@8");
        names.put("r_precision", "R-prec");
        names.put("map_at_r", "MAP@R");
        names.put("cross_domain_recall_at_1", "xR@1");
        names.put("cross_domain_pair_recall_at_1", "pairR@1");
        names.put("category_recall_at_1", "catR@1");
        names.put("cross_domain_category_recall_at_1", "x-catR@1");
        names.put("keyword_ndcg_at_10", "kw-nDCG");
        names.put("semantic_ndcg_at_10", "nDCG");
        names.put("cross_domain_semantic_ndcg_at_10", "x-nDCG");
        return names;
    }

    /** Those of the console's table. */
    static final List<String> MAIN = List.of(
            "recall_at_1",
            "map_at_r",
            "cross_domain_recall_at_1",
            "cross_domain_pair_recall_at_1",
            "category_recall_at_1",
            "semantic_ndcg_at_10",
            "cross_domain_semantic_ndcg_at_10");

    /** The same scores on the other catalogue. */
    static List<String> transferred(List<String> names) {
        return names.stream().map(name -> TRANSFER + name).toList();
    }

    static List<String> all() {
        return Stream.concat(SHORT.keySet().stream(), transferred(List.copyOf(SHORT.keySet())).stream())
                .toList();
    }

    static String shortOf(String name) {
        return name.startsWith(TRANSFER)
                ? "to " + shortOf(name.substring(TRANSFER.length()))
                : SHORT.getOrDefault(name, name);
    }
}
