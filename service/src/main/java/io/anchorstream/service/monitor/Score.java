package io.anchorstream.service.monitor;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import io.anchorstream.topology.training.GateRule;
import io.anchorstream.topology.training.GateSettings;
import org.jspecify.annotations.Nullable;

/**
 * A score of a model version as people read it: the page, {@code status} and the demo's lines all take their words here.
 *
 * @param key of the metric, e.g. {@code holdout.recall_at_1}
 * @param name e.g. {@code Hold-out Recall@1}
 * @param about what is asked of what
 * @param decides whether promotion depends on it
 */
public record Score(String key, String name, String about, boolean decides) {
    /** Before a score's name among a version's baselines: version 0 on the same pictures. */
    public static final String UNTRAINED = "untrained.";

    /** Pictures below which a score says little: one picture more or less found moves it by more than half a point. */
    public static final int FEW_PICTURES = 200;

    private static final GateSettings GATE = GateSettings.defaults();
    private static final List<Score> ALL = List.of(
            of(
                    "test.cross_domain_recall_at_1",
                    "Cross-domain Recall@1",
                    "query from one domain (in the demo a drawing style), gallery from all others; test groups only"),
            of(
                    "test.cross_domain_pair_recall_at_1",
                    "Pairwise Recall@1",
                    "query from one domain, gallery from one other at a time; test groups only"),
            of("test.recall_at_1", "Test Recall@1", "all items of the test groups"),
            of("test.map_at_r", "Test MAP@R", "all items of the test groups"),
            of("holdout.recall_at_1", "Hold-out Recall@1", "items never trained on, by weak label"),
            of("holdout.map_at_r", "Hold-out MAP@R", "items never trained on, by weak label"));
    private static final List<Raw> RAW = List.of(
            new Raw("hog", "Raw HOG"), new Raw("pixels", "Raw pixels"), new Raw("histogram", "Colour histogram"));

    /**
     * Image features without any learning.
     *
     * @param key before the dot in the name of a baseline, e.g. {@code hog}
     */
    public record Raw(String key, String name) {}

    /** In the order they are offered. */
    public static List<Score> all() {
        return ALL;
    }

    /** What learning has to beat, in the order it is drawn. */
    public static List<Raw> raw() {
        return RAW;
    }

    /** The name of a metric, or its key where it has none. */
    public static String nameOf(String key) {
        return find(key).map(Score::name).orElse(key);
    }

    /** A text of the gate's, which names metrics by their keys, with their names. */
    public static String named(String text) {
        String named = text.replace("->", "→");
        for (Score score : ALL) {
            named = named.replace(score.key(), score.name());
        }
        return named;
    }

    /** How many pictures a score was taken on, or null where the metrics beside it don't tell. */
    public static @Nullable Long picturesOf(String key, Map<String, Double> metrics) {
        Double pictures = metrics.get(key.substring(0, key.indexOf('.') + 1) + "pictures");
        return pictures == null ? null : pictures.longValue();
    }

    /** The name of raw features, or their key. */
    public static String rawNameOf(String key) {
        return RAW.stream()
                .filter(raw -> raw.key().equals(key))
                .map(Raw::name)
                .findFirst()
                .orElse(key);
    }

    /** What the gate asks of a version, in a sentence. */
    public static String gate() {
        return "A version is promoted on "
                + GATE.rules().stream().map(Score::rule).collect(Collectors.joining(" and "))
                + ", beyond what the noise of the hold-out explains; the other scores are reported and decide nothing.";
    }

    private static String rule(GateRule rule) {
        String names = nameOf(rule.metric());
        double least = 100 * rule.minimumGain();
        String word = rule.higherIsBetter() ? "fall" : "rise";
        return names
                + (least == 0
                        ? " (must not " + word + ")"
                        : least < 0
                                ? String.format(Locale.ROOT, " (may %s by %.1f points)", word, -least)
                                : String.format(Locale.ROOT, " (must gain %.1f points)", least));
    }

    private static Optional<Score> find(String key) {
        return ALL.stream().filter(score -> score.key().equals(key)).findFirst();
    }

    private static Score of(String key, String name, String about) {
        return new Score(key, name, about, GATE.rules().stream().anyMatch(rule -> rule.metric()
                .equals(key)));
    }
}
