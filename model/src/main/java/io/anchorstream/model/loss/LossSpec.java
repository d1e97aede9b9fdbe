package io.anchorstream.model.loss;

import java.util.List;

/**
 * A loss one can choose by name.
 *
 * @param name kebab case, as written in the configuration
 * @param doc what it does and where it comes from, in a sentence
 * @param options all settings, those that every loss has included
 */
public record LossSpec(String name, String doc, List<LossOption> options, Factory factory) {

    public LossSpec {
        options = List.copyOf(options);
    }

    /** Makes the loss from checked options. */
    interface Factory {
        MetricLoss create(LossOptions options, long seed);
    }
}
