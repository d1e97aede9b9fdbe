package io.anchorstream.service.backtest;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The scores in the order of the tables, with their short names. */
final class ScoreNames {
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

    static List<String> all() {
        return List.copyOf(SHORT.keySet());
    }

    static String shortOf(String name) {
        return SHORT.getOrDefault(name, name);
    }
}
