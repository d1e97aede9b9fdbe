package io.anchorstream.model.loss;

import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class HardnessAwareLossTest {
    private final LossBatch batch = Batches.random(21, 1, 12, 6, 4);

    @Test
    void hardnessAwareLearningStartsPlainAndTurnsToSyntheticTuples() {
        MetricLoss loss = Losses.create("hdml", Map.of("generator-rate", "0.003"), 1);
        LossResult first = loss.evaluate(batch, EmbeddingMemory.none());
        LossResult last = first;
        for (int i = 0; i < 200; i++) {
            loss.update(1);
            last = loss.evaluate(batch, EmbeddingMemory.none());
        }

        assertThat(metric(first, "hdml.hardness")).isGreaterThan(0.99);
        assertThat(metric(last, "hdml.hardness")).isLessThan(0.95);
        assertThat(metric(last, "hdml.generator")).isLessThan(metric(first, "hdml.generator"));
        assertThat(metric(last, "hdml.trust")).isLessThan(metric(first, "hdml.trust"));
    }

    /** Both along the embeddings and along the weights of the last layer. */
    @Test
    void syntheticNegativesAreMadeOfFeaturesAndTeachTheLastLayer() {
        LinearHead head = new LinearHead(new Random(3), 12, 9, 6);
        MetricLoss loss = Losses.create("hdml", Map.of("generator-rate", "0.01", "beta", "1000000"), 1);
        for (int i = 0; i < 50; i++) {
            loss.evaluate(batch.withHead(head), EmbeddingMemory.none());
            loss.update(1);
        }
        SavedState state = new SavedState();
        loss.save(state);
        head.toKernel = FloatMatrix.zeros(9, 6);
        LossResult here = loss.evaluate(batch.withHead(head), EmbeddingMemory.none());
        FloatMatrix toKernel = head.toKernel;

        assertThat(toKernel.values()).isNotEqualTo(new float[9 * 6]);
        Random random = new Random(4);
        float step = 1e-2f;
        double[] found = new double[2];
        double expected = 0;
        float[] moves = new float[9 * 6];
        for (int i = 0; i < moves.length; i++) {
            moves[i] = (float) random.nextGaussian();
            expected += moves[i] * toKernel.values()[i];
        }
        for (int side = 0; side < 2; side++) {
            LinearHead moved = new LinearHead(head);
            for (int i = 0; i < moves.length; i++) {
                moved.kernel.values()[i] += (side == 0 ? -step : step) * moves[i];
            }
            loss.load(state);
            found[side] =
                    loss.evaluate(batch.withHead(moved), EmbeddingMemory.none()).loss();
        }
        assertThat((found[1] - found[0]) / (2 * step)).isCloseTo(expected, within(0.02 * (Math.abs(expected) + 0.05)));
        assertThat(here.metrics()).containsEntry("hdml.trust", 0.0);
    }

    @Test
    void aDoubtedLabelTeachesTheLastLayerLess() {
        float[] confidence = new float[12];
        double sum = 0;
        for (int i = 0; i < 12; i++) {
            confidence[i] = i % 2 == 0 ? 1 : 0.25f;
            sum += confidence[i];
        }
        LossBatch doubtful = new LossBatch(
                1, batch.embeddings(), batch.labels(), batch.items(), batch.textVectors(), confidence, batch.fresh());
        float[][] pulls = new float[2][];
        for (int weighted = 0; weighted < 2; weighted++) {
            LinearHead head = new LinearHead(new Random(3), 12, 9, 6);
            Losses.create("hdml", Map.of("confidence-weights", weighted == 1 ? "true" : "false"), 1)
                    .evaluate(doubtful.withHead(head), EmbeddingMemory.none());
            pulls[weighted] = head.pull;
        }

        assertThat(pulls[0]).containsOnly(1);
        assertThat(pulls[1]).containsOnly((float) (12 / sum), (float) (0.25 * 12 / sum));
    }

    /** {@code features A}, which takes its gradient in. */
    private static final class LinearHead implements FeatureHead {
        private final FloatMatrix features;
        private final FloatMatrix kernel;
        private FloatMatrix toKernel;
        private FloatMatrix made;
        private float[] pull = new float[0];

        LinearHead(Random random, int rows, int width, int dimension) {
            features = FloatMatrix.of(Batches.gaussian(random, rows, width));
            kernel = FloatMatrix.of(Batches.gaussian(random, width, dimension));
            toKernel = FloatMatrix.zeros(width, dimension);
            made = features;
        }

        LinearHead(LinearHead other) {
            features = other.features;
            kernel = new FloatMatrix(
                    other.kernel.rows(),
                    other.kernel.columns(),
                    other.kernel.values().clone());
            toKernel = FloatMatrix.zeros(kernel.rows(), kernel.columns());
            made = features;
        }

        @Override
        public FloatMatrix features() {
            return features;
        }

        @Override
        public FloatMatrix forward(FloatMatrix rows) {
            made = rows;
            FloatMatrix out = FloatMatrix.zeros(rows.rows(), kernel.columns());
            rows.addTimes(kernel, 1, out);
            return out;
        }

        @Override
        public FloatMatrix backward(FloatMatrix gradient, float[] pull) {
            this.pull = pull;
            FloatMatrix taken = FloatMatrix.zeros(gradient.rows(), gradient.columns());
            for (int i = 0; i < taken.values().length; i++) {
                taken.values()[i] = gradient.values()[i] * pull[i / taken.columns()];
            }
            made.addTransposedTimes(taken, 1, toKernel);
            return gradient.timesTransposed(kernel);
        }
    }

    private static double metric(LossResult result, String name) {
        return result.metrics().getOrDefault(name, Double.NaN);
    }
}
