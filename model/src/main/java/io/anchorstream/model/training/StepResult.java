package io.anchorstream.model.training;

import java.util.Map;
import java.util.Optional;

/**
 * What one training step measured.
 *
 * @param step number of the step, counting from 1; skipped steps count
 * @param loss mean over active terms, 0 when skipped
 * @param activeShare share of valid triplets or pairs with a positive loss
 * @param prequentialRecallAt1 fading Recall@1 of fresh items, scored before training on them
 * @param skipped why the batch taught nothing, or empty
 * @param metrics more numbers by name, e.g. {@code margin.p50}
 */
public record StepResult(
        long step,
        double loss,
        double activeShare,
        int validAnchors,
        double prequentialRecallAt1,
        double gradientNorm,
        double learningRate,
        Optional<String> skipped,
        Map<String, Double> metrics) {}
