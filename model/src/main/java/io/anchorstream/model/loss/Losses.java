package io.anchorstream.model.loss;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** All losses by name. */
public final class Losses {
    private static final Map<String, LossSpec> SPECS = index();

    private Losses() {}

    private static Map<String, LossSpec> index() {
        Map<String, LossSpec> specs = new LinkedHashMap<>();
        Stream.of(PairLosses.all(), ClassLosses.all())
                .flatMap(List::stream)
                .map(SharedOptions::addTo)
                .forEach(spec -> specs.put(spec.name(), spec));
        return specs;
    }

    /** All of them, in the order in which they are documented. */
    public static List<LossSpec> all() {
        return List.copyOf(SPECS.values());
    }

    /** Whether these options of a loss leave the closed form of the metric on. */
    public static boolean linearMetric(String name, Map<String, String> written) {
        return new LossOptions(name, find(name).options(), written).toggle(SharedOptions.LINEAR_METRIC);
    }

    /**
     * Makes a loss.
     *
     * @param written options by name; those not named take their defaults
     * @param seed of whatever the loss draws, e.g. the start of its proxies
     * @throws IllegalArgumentException if the name or an option is unknown or an option's value is wrong; the message
     *     lists what there is
     */
    public static MetricLoss create(String name, Map<String, String> written, long seed) {
        LossSpec spec = find(name);
        return spec.factory().create(new LossOptions(name, spec.options(), written), seed);
    }

    private static LossSpec find(String name) {
        LossSpec spec = SPECS.get(name);
        if (spec == null) {
            throw new IllegalArgumentException("there is no loss '" + name + "'; choose one of " + SPECS.keySet());
        }
        return spec;
    }
}
