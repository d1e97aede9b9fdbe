package io.anchorstream.model.training;

import java.util.Map;

/** Small configurations for tests. */
final class TrainingConfigs {
    private TrainingConfigs() {}

    static TrainingConfig tiny() {
        return of("hybrid", Map.of("input", "24", "width", "8", "hidden", "16"), 32);
    }

    /** Tiny, with the term that keeps versions searchable in each other's index. */
    static TrainingConfig compatible(double weight) {
        TrainingConfig tiny = tiny();
        return of(
                tiny.network(),
                tiny.networkOptions(),
                Map.of("compatibility-weight", Double.toString(weight)),
                tiny.embeddingDimension());
    }

    /** Tiny, with synthetic negatives that go through the last layer once more. */
    static TrainingConfig hardnessAware() {
        TrainingConfig tiny = tiny();
        return of(
                tiny.network(),
                tiny.networkOptions(),
                "hdml",
                Map.of("hidden", "16", "beta", "100"),
                tiny.embeddingDimension());
    }

    /** Tiny, with as many rows of memory as the loss needs. */
    static TrainingConfig withoutRows(String loss) {
        return withRows(loss, -1);
    }

    /** Tiny, with so many rows of memory. */
    static TrainingConfig withRows(String loss, int rows) {
        TrainingConfig tiny = tiny();
        return of(tiny.network(), tiny.networkOptions(), loss, Map.of(), tiny.embeddingDimension(), rows);
    }

    /** Tiny, with the closed form alone: gradients move nothing of the network. */
    static TrainingConfig withoutGradients() {
        TrainingConfig tiny = tiny();
        return of(
                tiny.network(), tiny.networkOptions(), "adaptive-triplet", Map.of(), tiny.embeddingDimension(), 256, 0);
    }

    static TrainingConfig of(String network, Map<String, String> options, int dimension) {
        return of(network, options, Map.of(), dimension);
    }

    private static TrainingConfig of(
            String network, Map<String, String> options, Map<String, String> lossOptions, int dimension) {
        return of(network, options, "adaptive-triplet", lossOptions, dimension);
    }

    private static TrainingConfig of(
            String network, Map<String, String> options, String loss, Map<String, String> lossOptions, int dimension) {
        return of(network, options, loss, lossOptions, dimension, 256);
    }

    private static TrainingConfig of(
            String network,
            Map<String, String> options,
            String loss,
            Map<String, String> lossOptions,
            int dimension,
            int memoryRows) {
        return of(network, options, loss, lossOptions, dimension, memoryRows, 1e-3);
    }

    private static TrainingConfig of(
            String network,
            Map<String, String> options,
            String loss,
            Map<String, String> lossOptions,
            int dimension,
            int memoryRows,
            double learningRate) {
        return new TrainingConfig(
                network,
                options,
                loss,
                lossOptions,
                dimension,
                GlyphPictures.SIZE,
                learningRate,
                1e-4,
                1,
                0.9,
                memoryRows,
                1000,
                2,
                "crop+flip+colour",
                7,
                1,
                "cpu");
    }
}
