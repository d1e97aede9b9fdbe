package io.anchorstream.topology.training;

import java.util.List;

/**
 * When a trained version may take the place of the one in service.
 *
 * @param rules all must pass
 * @param minimumItems hold-outs with fewer items outside the test groups decide nothing: the candidate is promoted and
 *     the reason says so
 * @param minimumSpread least {@code embedding.std} relative to what a uniform spread over the sphere has
 *     ({@code 1 / sqrt(dimension)}); below it the vectors have collapsed
 * @param shadow true = only report what would have been decided, promote nothing
 */
public record GateSettings(List<GateRule> rules, int minimumItems, double minimumSpread, boolean shadow) {
    public GateSettings {
        rules = List.copyOf(rules);
    }

    /**
     * MAP@R must not fall, Recall@1 may fall by one point: MAP@R looks at every relevant item, so it tells small gains
     * from noise where Recall@1 cannot (arXiv 2003.08505). Scores against the truth are reported and
     * decide nothing: what a version is chosen by is no test of it any more.
     */
    public static GateSettings defaults() {
        return new GateSettings(
                List.of(
                        GateRule.mustGain(List.of("holdout.map_at_r"), 0.0),
                        GateRule.mayLose(List.of("holdout.recall_at_1"), 0.01)),
                50,
                0.1,
                false);
    }
}
