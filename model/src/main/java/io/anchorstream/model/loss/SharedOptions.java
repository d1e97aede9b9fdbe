package io.anchorstream.model.loss;

import java.util.ArrayList;
import java.util.List;

import static io.anchorstream.model.loss.LossOption.count;
import static io.anchorstream.model.loss.LossOption.number;
import static io.anchorstream.model.loss.LossOption.toggle;

/**
 * Gives every loss the options of the {@link SemanticTerm}, of {@link ReplayDistillation}, {@link NoisyLabelFilter} and {@link
 * ConfidenceWeighting}, and of the {@link CompatibilityTerm}, which the trainer adds because it needs a second network.
 */
final class SharedOptions {
    /** Read by the trainer. */
    static final String LINEAR_METRIC = "linear-metric";

    /** Read by a loss that teaches the network's last layer itself, too. */
    static final String CONFIDENCE = "confidence-weights";

    private static final String DEFAULT_LOSS = "adaptive-triplet";

    private SharedOptions() {}

    static LossSpec addTo(LossSpec spec) {
        List<LossOption> options = new ArrayList<>(spec.options());
        // On for the default, where it raised meaning and instance scores alike; the others stay as published.
        double weight = spec.name().equals(DEFAULT_LOSS) ? 0.6 : 0;
        options.add(number(
                "semantic-weight",
                weight,
                "How much vectors speak of the texts; 0 = of nothing but the same product."));
        options.add(number("semantic-temperature", 0.1, "Temperature of the image-to-text softmax."));
        options.add(number("semantic-rate", 3e-3, "Learning rate of the map into text space."));
        options.add(count("semantic-ramp", 20, "Steps over which the term's pull on the network grows to its weight."));
        options.add(toggle(
                LINEAR_METRIC,
                true,
                "Compute the metric of the network's fixed features in closed form below what gradients learn."));
        options.add(number("replay-distillation", 0, "Weight that holds replayed items near their stored vectors."));
        options.add(number(
                "noise-rate", 0, "Share of labels taken for wrong, which the memory finds and leaves out; 0 = off."));
        options.add(toggle(CONFIDENCE, false, "Let items move in proportion to their label's confidence."));
        options.add(number(
                CompatibilityTerm.OPTION,
                0,
                "Weight of the triplet that keeps a version searchable in the index of the one before; 0 = off."));
        return new LossSpec(spec.name(), spec.doc(), options, (values, seed) -> {
            MetricLoss own = spec.factory().create(values, seed);
            if (values.toggle(CONFIDENCE)) {
                own = new ConfidenceWeighting(own);
            }
            double hold = values.number("replay-distillation", 0, 100);
            MetricLoss loss = hold == 0 ? own : new ReplayDistillation(own, hold);
            double chosen = values.number("semantic-weight", 0, 100);
            MetricLoss whole = chosen == 0 ? loss : semantic(loss, chosen, values, seed);
            double noise = values.number("noise-rate", 0, 0.99);
            return noise == 0 ? whole : new NoisyLabelFilter(whole, noise);
        });
    }

    private static MetricLoss semantic(MetricLoss loss, double weight, LossOptions values, long seed) {
        return new SemanticTerm(
                loss,
                new SemanticTerm.Settings(
                        weight,
                        values.number("semantic-temperature", 1e-3, 100),
                        values.number("semantic-rate", 0, 1),
                        values.count("semantic-ramp"),
                        true),
                seed ^ 0x5e3a171cL);
    }
}
