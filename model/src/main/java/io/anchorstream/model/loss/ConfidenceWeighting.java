package io.anchorstream.model.loss;

/**
 * Lets each item be moved in proportion to the confidence of its weak label, relative to the batch's mean, so that the
 * step as a whole keeps its size. The loss itself is read unweighted.
 */
final class ConfidenceWeighting extends LossDecorator {

    ConfidenceWeighting(MetricLoss inner) {
        super(inner);
    }

    @Override
    public LossResult evaluate(LossBatch batch, EmbeddingMemory memory) {
        LossResult result = inner.evaluate(batch, memory);
        double mean = 0;
        int labelled = 0;
        for (int i = 0; i < batch.size(); i++) {
            mean += batch.labels()[i] < 0 ? 0 : batch.confidence()[i];
            labelled += batch.labels()[i] < 0 ? 0 : 1;
        }
        if (!(mean > 0)) {
            return result;
        }
        mean /= labelled;
        int width = result.gradient().columns();
        FloatMatrix weighted = FloatMatrix.zeros(batch.size(), width);
        for (int i = 0; i < batch.size(); i++) {
            FloatMatrix.addScaled(
                    weighted.values(),
                    i * width,
                    (float) (batch.confidence()[i] / mean),
                    result.gradient().values(),
                    i * width,
                    width);
        }
        return new LossResult(result.loss(), weighted, result.validAnchors(), result.activeShare(), result.metrics());
    }
}
