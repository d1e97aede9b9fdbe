package io.anchorstream.topology.training;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a candidate must show on one measure.
 *
 * @param metrics names of the measure, best first; the first one that both versions have is compared
 * @param higherIsBetter direction of the measure
 * @param minimumGain least gain over the version in service, in the measure's unit; negative = a loss up to that size
 *     is let pass
 */
public record GateRule(List<String> metrics, boolean higherIsBetter, double minimumGain) {
    public GateRule {
        metrics = List.copyOf(metrics);
        if (metrics.isEmpty()) {
            throw new IllegalArgumentException("a gate rule names at least one metric");
        }
        if (!Double.isFinite(minimumGain)) {
            throw new IllegalArgumentException("a gate rule's minimum gain is a finite number, not " + minimumGain);
        }
    }

    /** The candidate must be better by at least {@code gain}. */
    public static GateRule mustGain(List<String> metrics, double gain) {
        return new GateRule(metrics, true, gain);
    }

    /** The candidate may be worse by up to {@code loss}. */
    public static GateRule mayLose(List<String> metrics, double loss) {
        return new GateRule(metrics, true, -loss);
    }

    Optional<Comparison> compare(Map<String, Double> candidate, Map<String, Double> reference) {
        for (String metric : metrics) {
            Double now = candidate.get(metric);
            Double before = reference.get(metric);
            if (now != null && before != null) {
                double gain = higherIsBetter ? now - before : before - now;
                return Optional.of(new Comparison(metric, before, now, gain, gain >= minimumGain));
            }
        }
        return Optional.empty();
    }

    record Comparison(String metric, double before, double now, double gain, boolean passed) {}
}
