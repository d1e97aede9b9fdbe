package io.anchorstream.topology.training;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a candidate must show on one measure.
 *
 * @param metric name of the measure, e.g. {@code holdout.map_at_r}; where either version lacks it the rule is silent
 * @param higherIsBetter direction of the measure
 * @param minimumGain least gain over the version in service, in the measure's unit; negative = a loss up to that size
 *     is let pass
 * @param shown false = the candidate fails only where the noise cannot explain that it gains less; true = it passes
 *     only where the noise cannot explain that it gains as much
 */
public record GateRule(String metric, boolean higherIsBetter, double minimumGain, boolean shown) {
    public GateRule {
        if (metric.isBlank()) {
            throw new IllegalArgumentException("a gate rule names a metric");
        }
        if (metric.startsWith("test.")) {
            throw new IllegalArgumentException("a gate rule must not choose by " + metric
                    + ": the test groups stay a test only while nothing is chosen by them; use holdout."
                    + metric.substring(5));
        }
        if (!Double.isFinite(minimumGain)) {
            throw new IllegalArgumentException("a gate rule's minimum gain is a finite number, not " + minimumGain);
        }
    }

    /**
     * Rules as the configuration writes them, separated by commas: {@code METRIC higher|lower GAIN [shown]}.
     *
     * @throws IllegalArgumentException if the text is not that
     */
    public static List<GateRule> parseAll(String text) {
        return Arrays.stream(text.split(","))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .map(GateRule::parse)
                .toList();
    }

    private static GateRule parse(String text) {
        String[] words = text.split("\\s+");
        boolean shown = words.length == 4 && words[3].equalsIgnoreCase("shown");
        if (words.length < 3
                || (words.length > 3 && !shown)
                || !List.of("higher", "lower").contains(words[1].toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException(
                    "a gate rule reads METRIC higher|lower GAIN [shown], e.g. holdout.map_at_r higher 0; not: " + text);
        }
        return new GateRule(words[0], words[1].equalsIgnoreCase("higher"), Double.parseDouble(words[2]), shown);
    }

    /**
     * @param paired the measure query by query, where that is known
     */
    Optional<Comparison> compare(
            Map<String, Double> candidate, Map<String, Double> reference, Optional<PairedGain> paired) {
        Double now = candidate.get(metric);
        Double before = reference.get(metric);
        if (now == null || before == null) {
            return Optional.empty();
        }
        double difference = higherIsBetter ? now - before : before - now;
        double low = paired.map(it -> higherIsBetter ? it.low() : -it.high()).orElse(difference);
        double high = paired.map(it -> higherIsBetter ? it.high() : -it.low()).orElse(difference);
        return Optional.of(new Comparison(before, now, difference, paired, (shown ? low : high) >= minimumGain));
    }

    record Comparison(double before, double now, double gain, Optional<PairedGain> paired, boolean passed) {}
}
