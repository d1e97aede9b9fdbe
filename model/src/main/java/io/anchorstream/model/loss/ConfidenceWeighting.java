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
        float[] pull = pull(batch);
        int width = result.gradient().columns();
        FloatMatrix weighted = FloatMatrix.zeros(batch.size(), width);
        for (int i = 0; i < batch.size(); i++) {
            FloatMatrix.addScaled(
                    weighted.values(), i * width, pull[i], result.gradient().values(), i * width, width);
        }
        return new LossResult(result.loss(), weighted, result.validAnchors(), result.activeShare(), result.metrics());
    }

    /** Confidence of each item relative to the mean of those with a label, {@code float[N]}; ones where that is 0. */
    static float[] pull(LossBatch batch) {
        double mean = 0;
        int labelled = 0;
        for (int i = 0; i < batch.size(); i++) {
            mean += batch.labels()[i] < 0 ? 0 : batch.confidence()[i];
            labelled += batch.labels()[i] < 0 ? 0 : 1;
        }
        float[] pull = new float[batch.size()];
        for (int i = 0; i < pull.length; i++) {
            pull[i] = mean > 0 ? (float) (batch.confidence()[i] * labelled / mean) : 1;
        }
        return pull;
    }
}
