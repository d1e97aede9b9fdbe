package io.anchorstream.model.loss;

import java.util.HashMap;
import java.util.Map;

/**
 * Holds replayed items near where they were: adds {@code weight * mean(1 - cos(now, stored))} over replayed items that
 * have an earlier copy in the memory, against forgetting. The stored vectors carry no gradient.
 */
final class ReplayDistillation extends LossDecorator {
    private final double weight;

    ReplayDistillation(MetricLoss inner, double weight) {
        super(inner);
        this.weight = weight;
    }

    @Override
    public LossResult evaluate(LossBatch batch, EmbeddingMemory memory) {
        LossResult main = inner.evaluate(batch, memory);
        if (main.validAnchors() == 0
                || !memory.ready(batch.step())
                || memory.embeddings().columns() != batch.embeddings().columns()) {
            return main;
        }
        UnitRows samples = UnitRows.of(batch.embeddings());
        FloatMatrix stored = memory.embeddings();
        int width = stored.columns();
        FloatMatrix toUnit = FloatMatrix.zeros(batch.size(), width);
        double sum = 0;
        int held = 0;
        for (int i = 0; i < batch.size(); i++) {
            int slot = batch.fresh()[i] ? -1 : memory.newest(batch.items()[i]);
            if (slot < 0) {
                continue;
            }
            held++;
            for (int d = 0; d < width; d++) {
                sum += (double) samples.unit().get(i, d) * stored.get(slot, d);
            }
            FloatMatrix.addScaled(toUnit.values(), i * width, -1, stored.values(), slot * width, width);
        }
        if (held == 0) {
            return main;
        }
        double drift = 1 - sum / held;
        FloatMatrix gradient =
                new FloatMatrix(batch.size(), width, main.gradient().values().clone());
        FloatMatrix back = samples.backward(toUnit);
        FloatMatrix.addScaled(
                gradient.values(), 0, (float) (weight / held), back.values(), 0, gradient.values().length);
        Map<String, Double> metrics = new HashMap<>(main.metrics());
        metrics.putIfAbsent(LossResult.METRIC_LOSS, main.loss());
        metrics.put("replay.drift", drift);
        metrics.put("replay.held", (double) held);
        return new LossResult(main.loss() + weight * drift, gradient, main.validAnchors(), main.activeShare(), metrics);
    }

    @Override
    public boolean needsMemory() {
        return true;
    }
}
