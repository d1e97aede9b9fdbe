package io.anchorstream.topology.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Decides whether a candidate is good enough to take the place of the version in service. Pure. */
public final class PromotionGate {
    /** Root mean square over the dimensions of the standard deviation of the hold-out's vectors. */
    public static final String SPREAD = "embedding.std";

    private final GateSettings settings;

    public PromotionGate(GateSettings settings) {
        this.settings = settings;
    }

    /**
     * @param promote whether the candidate passed
     * @param reason why, in a sentence
     */
    public record Decision(boolean promote, String reason) {}

    /**
     * Compares scores taken on the same hold-out.
     *
     * @param dimension length of the candidate's vectors
     * @param items size of the hold-out without the test groups
     */
    public Decision decide(Map<String, Double> candidate, Map<String, Double> reference, int dimension, int items) {
        Double broken = candidate.values().stream()
                .filter(value -> !Double.isFinite(value))
                .findFirst()
                .orElse(null);
        if (broken != null) {
            return new Decision(false, "Rejected: a score of the candidate is " + broken + ".");
        }
        Double spread = candidate.get(SPREAD);
        double floor = settings.minimumSpread() / Math.sqrt(dimension);
        if (spread != null && spread < floor) {
            return new Decision(
                    false,
                    "Rejected: the vectors have collapsed, " + SPREAD + " is " + number(spread) + ", below "
                            + number(floor) + ".");
        }
        if (items < settings.minimumItems()) {
            return new Decision(
                    true,
                    "Promoted unscored: the hold-out has " + items + " items outside the test groups, fewer than the "
                            + settings.minimumItems() + " a comparison needs.");
        }
        List<String> passed = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        for (GateRule rule : settings.rules()) {
            rule.compare(candidate, reference).ifPresent(it -> (it.passed() ? passed : failed).add(sentence(it, rule)));
        }
        if (!failed.isEmpty()) {
            return new Decision(false, "Rejected: " + String.join("; ", failed) + ".");
        }
        if (passed.isEmpty()) {
            return new Decision(true, "Promoted unscored: no measure of the gate is there for both versions.");
        }
        return new Decision(true, "Promoted: " + String.join("; ", passed) + ".");
    }

    public GateSettings settings() {
        return settings;
    }

    private static String sentence(GateRule.Comparison it, GateRule rule) {
        return it.metric() + " " + number(it.before()) + " -> " + number(it.now())
                + (it.passed()
                        ? ""
                        : ", a gain of " + number(it.gain()) + " where the gate asks for "
                                + number(rule.minimumGain()));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }
}
