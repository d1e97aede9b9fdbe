package io.anchorstream.model.loss;

import java.util.ArrayList;
import java.util.List;

import static io.anchorstream.model.loss.LossOption.count;
import static io.anchorstream.model.loss.LossOption.number;
import static io.anchorstream.model.loss.LossOption.toggle;

/** Gives every loss the options of the {@link SemanticTerm} and of {@link ReplayDistillation}. */
final class SharedOptions {
    /** Read by the trainer. */
    static final String LINEAR_METRIC = "linear-metric";

    private static final String DEFAULT_LOSS = "adaptive-triplet";

    private SharedOptions() {}

    static LossSpec addTo(LossSpec spec) {
        List<LossOption> options = new ArrayList<>(spec.options());
        // On for the default, where it raised meaning and instance scores alike; the others stay as published.
        double weight = spec.name().equals(DEFAULT_LOSS) ? 1 : 0;
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
        return new LossSpec(spec.name(), spec.doc(), options, (values, seed) -> {
            MetricLoss own = spec.factory().create(values, seed);
            double hold = values.number("replay-distillation", 0, 100);
            MetricLoss loss = hold == 0 ? own : new ReplayDistillation(own, hold);
            double chosen = values.number("semantic-weight", 0, 100);
            if (chosen == 0) {
                return loss;
            }
            return new SemanticTerm(
                    loss,
                    new SemanticTerm.Settings(
                            chosen,
                            values.number("semantic-temperature", 1e-3, 100),
                            values.number("semantic-rate", 0, 1),
                            values.count("semantic-ramp"),
                            true),
                    seed ^ 0x5e3a171cL);
        });
    }
}
