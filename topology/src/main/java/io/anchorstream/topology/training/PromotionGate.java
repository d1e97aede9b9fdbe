package io.anchorstream.topology.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Decides whether a candidate is good enough to take the place of the version in service. Pure. */
public final class PromotionGate {
    /** Root mean square over the dimensions of the standard deviation of the hold-out's vectors. */
    public static final String SPREAD = "embedding.std";
    /** How far the length of any of the hold-out's vectors is from 1. */
    public static final String NORM_ERROR = "embedding.norm_error";

    private static final double LARGEST_NORM_ERROR = 1e-3;

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
     * What is known of a candidate and of the version in service, on the same hold-out.
     *
     * @param paired the same query by query, where there is a version in service
     * @param compatibility how the two work together, see {@code Compatibility}; empty = not measured
     * @param dimension length of the candidate's vectors
     * @param items size of the hold-out without the test groups
     */
    record Evidence(
            Map<String, Double> candidate,
            Map<String, Double> reference,
            Optional<PairedScores> paired,
            Map<String, Double> compatibility,
            int dimension,
            int items) {}

    /** Decides on means alone. */
    Decision decide(Map<String, Double> candidate, Map<String, Double> reference, int dimension, int items) {
        return decide(new Evidence(candidate, reference, Optional.empty(), Map.of(), dimension, items));
    }

    Decision decide(Evidence it) {
        Optional<String> unsound = unsound(it);
        if (unsound.isPresent()) {
            return new Decision(false, "Rejected: " + unsound.get() + ".");
        }
        if (it.items() < settings.minimumItems()) {
            return new Decision(
                    true,
                    "Promoted unscored: the hold-out has " + it.items()
                            + " items outside the test groups, fewer than the " + settings.minimumItems()
                            + " a comparison needs.");
        }
        List<String> passed = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        for (GateRule rule : settings.rules()) {
            Optional<PairedGain> gain =
                    it.paired().flatMap(paired -> paired.gain(rule.metric(), settings.confidence()));
            rule.compare(it.candidate(), it.reference(), gain)
                    .ifPresent(found -> (found.passed() ? passed : failed).add(sentence(found, rule)));
        }
        it.paired().ifPresent(paired -> paired.byCategory(settings.confidence()).forEach((category, gain) -> {
            if (gain.high() < -settings.categoryLoss()) {
                failed.add("category " + category + " loses " + points(-gain.gain()) + " points of MAP@R ("
                        + gain.interval() + ") where the gate lets pass " + points(settings.categoryLoss()));
            }
        }));
        crossRecall(it).ifPresent(failed::add);
        if (!failed.isEmpty()) {
            return new Decision(false, "Rejected: " + String.join("; ", failed) + ".");
        }
        if (passed.isEmpty()) {
            return new Decision(true, "Promoted unscored: no measure of the gate is there for both versions.");
        }
        return new Decision(true, "Promoted: " + String.join("; ", passed) + ".");
    }

    private Optional<String> unsound(Evidence it) {
        Optional<Double> broken = it.candidate().values().stream()
                .filter(value -> !Double.isFinite(value))
                .findFirst();
        if (broken.isPresent()) {
            return Optional.of("a score of the candidate is " + broken.get());
        }
        Double spread = it.candidate().get(SPREAD);
        double floor = settings.minimumSpread() / Math.sqrt(it.dimension());
        if (spread != null && spread < floor) {
            return Optional.of(
                    "the vectors have collapsed, " + SPREAD + " is " + number(spread) + ", below " + number(floor));
        }
        Double error = it.candidate().get(NORM_ERROR);
        return error != null && error > LARGEST_NORM_ERROR
                ? Optional.of("a vector is not of unit length, " + NORM_ERROR + " is " + number(error))
                : Optional.empty();
    }

    private Optional<String> crossRecall(Evidence it) {
        Double across = it.compatibility().get("new_in_old");
        Double before = it.compatibility().get("old_in_old");
        return across != null && before != null && across < settings.minimumCrossRecall() * before
                ? Optional.of(
                        "queries by this version find " + percent(across) + " in the present index, whose own find "
                                + percent(before) + ", where the gate asks for "
                                + percent(settings.minimumCrossRecall()) + " of that")
                : Optional.empty();
    }

    public GateSettings settings() {
        return settings;
    }

    private static String sentence(GateRule.Comparison it, GateRule rule) {
        boolean share = !rule.metric().startsWith("embedding.");
        return rule.metric() + " " + (share ? percent(it.before()) : number(it.before())) + " -> "
                + (share ? percent(it.now()) : number(it.now()))
                + it.paired().map(gain -> " (" + gain.interval() + ")").orElse("")
                + (it.passed()
                        ? ""
                        : ", a gain of " + (share ? points(it.gain()) + " points" : number(it.gain()))
                                + " where the gate asks for "
                                + (rule.shown() ? "a proof of " : "")
                                + (share ? points(rule.minimumGain()) : number(rule.minimumGain())));
    }

    /** Halves up, as page and command line show scores. */
    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", Math.round(1000 * share) / 10.0);
    }

    /** Finer than the shares: what the gate lets pass may be less than a tenth of a point. */
    private static String points(double difference) {
        return String.format(Locale.ROOT, "%.2f", 100 * difference);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }
}
