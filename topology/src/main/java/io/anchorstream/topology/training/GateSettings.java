package io.anchorstream.topology.training;

import java.util.List;

/**
 * When a trained version may take the place of the one in service.
 *
 * @param rules all must pass
 * @param categoryLoss most that MAP@R may fall in any one category, 0..1
 * @param minimumCrossRecall least share of the present Recall@1 that queries by the candidate must reach in the present
 *     index, 0..1; 0 = not asked
 * @param confidence of the intervals by which gains are judged, 0..1
 * @param minimumItems hold-outs with fewer items outside the test groups decide nothing: the candidate is promoted and
 *     the reason says so
 * @param minimumSpread least {@code embedding.std} relative to what a uniform spread over the sphere has
 *     ({@code 1 / sqrt(dimension)}); below it the vectors have collapsed
 * @param shadow true = only report what would have been decided, promote nothing
 */
public record GateSettings(
        List<GateRule> rules,
        double categoryLoss,
        double minimumCrossRecall,
        double confidence,
        int minimumItems,
        double minimumSpread,
        boolean shadow) {
    /** As the configuration writes the default rules. */
    public static final String RULES = "holdout.map_at_r higher 0, holdout.recall_at_1 higher 0";

    public GateSettings {
        rules = List.copyOf(rules);
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("the gate's confidence lies between 0 and 1, not at " + confidence);
        }
    }

    /**
     * Neither MAP@R nor Recall@1 may fall, nor MAP@R of a category by ten points, each beyond what the noise of the
     * hold-out explains. MAP@R looks at every relevant item, so it tells small changes from noise where Recall@1 cannot
     * (arXiv 2003.08505). Scores against the truth are reported and decide nothing: what a version is chosen by is no
     * test of it any more.
     */
    public static GateSettings defaults() {
        return new GateSettings(GateRule.parseAll(RULES), 0.1, 0, 0.9, 50, 0.1, false);
    }
}
