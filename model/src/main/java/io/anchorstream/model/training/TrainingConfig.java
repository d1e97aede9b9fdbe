package io.anchorstream.model.training;

import java.util.Map;

import io.anchorstream.model.loss.Losses;
import io.anchorstream.model.network.Networks;

/**
 * What to learn with. Plain values so that the service can fill it from its configuration; every loss and network
 * declares and validates its own options by name.
 *
 * @param network {@code hybrid}, {@code resnet} or {@code torchscript}, with options such as {@code width} or {@code file}
 * @param loss {@code adaptive-triplet}, {@code triplet-semi-hard}, ..., with options such as {@code beta}
 * @param memoryRows of the cross-batch memory; negative = none unless the loss needs one
 * @param embeddingDimension length of the vectors
 * @param imageSize edge of the canonical images
 * @param threads threads of the engine for one operation; part of what makes results bit-identical
 * @param device {@code auto}, {@code cpu} or {@code gpu}
 */
public record TrainingConfig(
        String network,
        Map<String, String> networkOptions,
        String loss,
        Map<String, String> lossOptions,
        int embeddingDimension,
        int imageSize,
        double learningRate,
        double weightDecay,
        double clipNorm,
        double emaDecay,
        int memoryRows,
        int memoryMaxAge,
        int memoryWarmUp,
        String augmentation,
        long seed,
        int threads,
        String device) {
    /**
     * Looks at the names and options of network, loss and augmentation, without making any of them.
     *
     * @throws IllegalArgumentException at the first that is unknown or wrong; the message lists what there is
     */
    public void requireKnown() {
        Networks.specify(network, networkOptions, imageSize, embeddingDimension);
        Losses.create(loss, lossOptions, seed);
        Augmentation.parse(augmentation);
    }
}
