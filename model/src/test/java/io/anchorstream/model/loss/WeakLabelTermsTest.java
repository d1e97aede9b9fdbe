package io.anchorstream.model.loss;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** What is done against labels that may be wrong. */
class WeakLabelTermsTest {
    private static final int CLASSES = 4;
    private static final int PER_CLASS = 8;

    /** Well separated classes; the first item of each bears the next class's label. */
    private static LossBatch batch(long step) {
        int n = CLASSES * PER_CLASS;
        Random random = new Random(step);
        float[][] rows = new float[n][8];
        long[] labels = new long[n];
        for (int i = 0; i < n; i++) {
            int own = i / PER_CLASS;
            for (int d = 0; d < 8; d++) {
                rows[i][d] = (float) ((d == own ? 1 : 0) + 0.05 * random.nextGaussian());
            }
            labels[i] = i % PER_CLASS == 0 ? (own + 1) % CLASSES : own;
        }
        return Batches.of(step, rows, labels, new float[n][0]);
    }

    private static EmbeddingMemory filled() {
        EmbeddingMemory memory = new EmbeddingMemory(200, 100, 0);
        for (int step = 1; step <= 3; step++) {
            LossBatch batch = batch(step);
            memory.put(
                    step, UnitRows.of(batch.embeddings()).unit(), batch.labels(), batch.items(), batch.textVectors());
        }
        return memory;
    }

    @Test
    void theFilterFindsWrongLabelsAndKeepsThemOutOfTheMemory() {
        MetricLoss loss = Losses.create("contrastive", Map.of("noise-rate", "0.125"), 1);
        LossBatch batch = batch(4);

        LossResult result = loss.evaluate(batch, filled());

        long[] trusted = loss.trusted(batch);
        for (int i = 0; i < trusted.length; i++) {
            assertThat(trusted[i]).isEqualTo(i % PER_CLASS == 0 ? -1 : batch.labels()[i]);
            if (i % PER_CLASS == 0) {
                assertThat(result.gradient().row(i)).containsOnly(0f);
            }
        }
        assertThat(result.metrics()).containsEntry("labels.refused", 4.0);
    }

    @Test
    void theFilterBelievesLabelsThatTheMemoryHardlyKnows() {
        MetricLoss loss = Losses.create("contrastive", Map.of("noise-rate", "0.5"), 1);
        LossBatch batch = batch(4);
        EmbeddingMemory young = new EmbeddingMemory(200, 100, 0);
        LossBatch few = Batches.of(new float[][] {{1, 0, 0, 0, 0, 0, 0, 0}}, 0L);
        young.put(1, few.embeddings(), few.labels(), few.items(), few.textVectors());

        loss.evaluate(batch, young);

        assertThat(loss.trusted(batch)).isEqualTo(batch.labels());
    }

    @Test
    void itemsMoveInProportionToTheirConfidence() {
        LossBatch plain = batch(1);
        float[] confidence = new float[plain.size()];
        Arrays.fill(confidence, 0.5f);
        confidence[3] = 0.25f;
        LossBatch doubtful = new LossBatch(
                1, plain.embeddings(), plain.labels(), plain.items(), plain.textVectors(), confidence, plain.fresh());
        LossResult unweighted = Losses.create("contrastive", Map.of(), 1).evaluate(doubtful, EmbeddingMemory.none());
        LossResult weighted = Losses.create("contrastive", Map.of("confidence-weights", "true"), 1)
                .evaluate(doubtful, EmbeddingMemory.none());

        assertThat(weighted.loss()).isEqualTo(unweighted.loss());
        for (int d = 0; d < 8; d++) {
            double ratioOfThree =
                    weighted.gradient().get(3, d) / unweighted.gradient().get(3, d);
            double ratioOfFour =
                    weighted.gradient().get(4, d) / unweighted.gradient().get(4, d);
            assertThat(ratioOfThree / ratioOfFour).isCloseTo(0.5, within(1e-4));
        }
    }

    @Test
    void theDistilledTeacherDoubtsWrongLabels() {
        LabelDistillation distillation =
                new LabelDistillation(new LabelDistillation.Settings(1, 3, 0.9, 20, 0.05, 100));
        Map<String, Double> metrics = new HashMap<>();
        double trustAtFirst = 0;
        for (int step = 1; step <= 60; step++) {
            LossBatch batch = batch(step);
            FloatMatrix unit = UnitRows.of(batch.embeddings()).unit();
            double[] toCentroid = new double[batch.size()];
            for (int i = 0; i < toCentroid.length; i++) {
                toCentroid[i] = i % PER_CLASS == 0 ? 1.4 : 0.2;
            }
            FloatMatrix toUnit = FloatMatrix.zeros(unit.rows(), unit.columns());
            assertThat(distillation.evaluate(batch, unit, toCentroid, toUnit, metrics))
                    .isFinite();
            distillation.update(1);
            trustAtFirst = step == 1 ? metrics.getOrDefault("distillation.trust", 0.0) : trustAtFirst;
        }

        assertThat(metrics.get("distillation.confident")).isCloseTo(0.875, within(0.01));
        assertThat(trustAtFirst).isEqualTo(1);
        assertThat(metrics.get("distillation.trust")).isLessThan(0.06);
    }

    @Test
    void distillationPullsAWrongItemTowardsTheClassItLooksLike() {
        LossBatch batch = batch(100);
        Map<String, String> options = Map.of("distillation", "1", "trust-steps", "5", "lambda", "0", "margin", "0");
        MetricLoss loss = Losses.create("fat", options, 1);
        for (int step = 1; step <= 40; step++) {
            loss.evaluate(batch(step), EmbeddingMemory.none());
            loss.update(1);
        }

        FloatMatrix gradient = loss.evaluate(batch, EmbeddingMemory.none()).gradient();

        // Item 0 looks like class 0 and is called class 1: descent must not lead from 0 to 1.
        assertThat(-gradient.get(0, 0)).isGreaterThanOrEqualTo(-gradient.get(0, 1) - 1e-3f);
    }

    @Test
    void matchedMemoryHasTheMomentsOfTheBatches() {
        EmbeddingMemory memory = filled();
        MomentMatching matching = new MomentMatching();
        LossBatch now = batch(9);
        float[][] moved = new float[now.size()][8];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = now.embeddings().row(i);
            moved[i][7] += 1;
        }
        FloatMatrix unit = UnitRows.of(FloatMatrix.of(moved)).unit();
        matching.observe(unit);

        FloatMatrix matched = matching.matched(memory);

        double before = 0;
        double after = 0;
        double wanted = 0;
        for (int slot : memory.liveSlots()) {
            before += memory.embeddings().get(slot, 7) / memory.size();
            after += matched.get(slot, 7) / memory.size();
        }
        for (int i = 0; i < unit.rows(); i++) {
            wanted += unit.get(i, 7) / unit.rows();
        }
        assertThat(before).isCloseTo(0, within(0.05));
        assertThat(after).isCloseTo(wanted, within(0.05));
    }

    @Test
    void theMemoryOpensOnceItsRowsAreSeenToMoveSlowly() {
        EmbeddingMemory memory = new EmbeddingMemory(200, 100, 1000);
        LossBatch batch = batch(1);
        FloatMatrix unit = UnitRows.of(batch.embeddings()).unit();
        memory.put(1, unit, batch.labels(), batch.items(), batch.textVectors());
        assertThat(memory.ready(2)).isFalse();

        memory.observe(unit, batch.items());

        assertThat(memory.drift()).isCloseTo(0, within(1e-5));
        assertThat(memory.ready(2)).isTrue();

        FloatMatrix elsewhere = UnitRows.of(FloatMatrix.of(Batches.gaussian(new Random(1), unit.rows(), 8)))
                .unit();
        for (int i = 0; i < 10; i++) {
            memory.observe(elsewhere, batch.items());
        }
        assertThat(memory.drift()).isGreaterThan(0.7);
        assertThat(memory.ready(3)).isFalse();
        assertThat(memory.ready(1001)).isTrue();
    }
}
