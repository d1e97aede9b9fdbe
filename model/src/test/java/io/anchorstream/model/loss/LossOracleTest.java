package io.anchorstream.model.loss;

import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Losses without reference values, and proxies' own gradients, against plain loops. */
class LossOracleTest {
    private static final double CLOSE = 1e-5;

    private final LossBatch batch = Batches.random(21, 1, 12, 6, 4);
    private final float[] cosine =
            Measure.DOT.withinBatch(UnitRows.of(batch.embeddings()).unit());

    @Test
    void nPair() {
        double sum = 0;
        int pairs = 0;
        for (int a = 0; a < 12; a++) {
            for (int p = 0; p < 12; p++) {
                if (a == p || !same(a, p)) {
                    continue;
                }
                double others = 0;
                for (int n = 0; n < 12; n++) {
                    others += same(a, n) ? 0 : Math.exp(16 * (s(a, n) - s(a, p)));
                }
                sum += Math.log(1 + others);
                pairs++;
            }
        }
        assertThat(value("n-pair", Map.of())).isCloseTo(sum / pairs, within(CLOSE * sum));
    }

    @Test
    void logRatio() {
        float[] texts = Measure.SQUARED.withinBatch(FloatMatrix.of(batch.textVectors()));
        double sum = 0;
        int triplets = 0;
        for (int a = 0; a < 12; a++) {
            for (int i = 0; i < 12; i++) {
                for (int j = i + 1; j < 12; j++) {
                    if (a != i && a != j) {
                        double ours = log(2 - 2 * s(a, i)) - log(2 - 2 * s(a, j));
                        sum += Math.pow(ours - (log(texts[a * 12 + i]) - log(texts[a * 12 + j])), 2);
                        triplets++;
                    }
                }
            }
        }
        assertThat(value("log-ratio", Map.of("centre-text", "false"))).isCloseTo(sum / triplets, within(1e-3));
    }

    private static double log(double distance) {
        return Math.log(Math.max(0.1, distance));
    }

    @Test
    void recallSurrogate() {
        double sum = 0;
        for (int q = 0; q < 12; q++) {
            for (int k : new int[] {1, 2, 4, 8, 16}) {
                double found = 0;
                int positives = 0;
                for (int p = 0; p < 12; p++) {
                    if (p == q || !same(q, p)) {
                        continue;
                    }
                    positives++;
                    double rank = 1;
                    for (int z = 0; z < 12; z++) {
                        rank += z == q || z == p ? 0 : 1 / (1 + Math.exp((s(q, p) - s(q, z)) / 0.1));
                    }
                    found += 1 / (1 + Math.exp(rank - k));
                }
                sum += Math.min(k, found) / Math.min(k, positives) / 5;
            }
        }
        assertThat(value("recall-at-k", Map.of("rank-temperature", "0.1"))).isCloseTo(1 - sum / 12, within(CLOSE));
    }

    @Test
    void contrastiveOnCosines() {
        double sum = 0;
        for (int i = 0; i < 12; i++) {
            for (int j = 0; j < 12; j++) {
                if (i != j && same(i, j)) {
                    sum += 1 - s(i, j);
                } else if (i != j && s(i, j) > 0.3) {
                    sum += s(i, j);
                }
            }
        }
        assertThat(value("contrastive-xbm", Map.of("margin", "0.3"))).isCloseTo(sum / 12, within(CLOSE));
    }

    @Test
    void multiSimilarityWithItsMiner() {
        double sum = 0;
        for (int i = 0; i < 12; i++) {
            double worst = 1;
            double hardest = -1;
            for (int j = 0; j < 12; j++) {
                if (i != j && same(i, j)) {
                    worst = Math.min(worst, s(i, j));
                } else if (i != j) {
                    hardest = Math.max(hardest, s(i, j));
                }
            }
            double pull = 0;
            double push = 0;
            for (int j = 0; j < 12; j++) {
                if (i != j && same(i, j) && s(i, j) - 0.1 < hardest) {
                    pull += Math.exp(-2 * (s(i, j) - 0.5));
                } else if (i != j && !same(i, j) && s(i, j) + 0.1 > worst) {
                    push += Math.exp(50 * (s(i, j) - 0.5));
                }
            }
            sum += Math.log(1 + pull) / 2 + Math.log(1 + push) / 50;
        }
        assertThat(value("multi-similarity", Map.of())).isCloseTo(sum / 12, within(CLOSE));
    }

    @Test
    void softTriplePenaltyAndItsGradient() {
        SoftTripleObjective objective = new SoftTripleObjective(new SoftTripleObjective.Settings(20, 0.1, 0.01, 0.2));
        FloatMatrix centres = UnitRows.of(FloatMatrix.of(Batches.gaussian(new Random(2), 6, 5)))
                .unit();
        FloatMatrix gradient = FloatMatrix.zeros(6, 5);

        double value = objective.regularise(centres, 3, gradient);

        double sum = 0;
        for (int c = 0; c < 2; c++) {
            for (int t = 0; t < 3; t++) {
                for (int u = t + 1; u < 3; u++) {
                    double dot = 0;
                    for (int d = 0; d < 5; d++) {
                        dot += centres.get(3 * c + t, d) * centres.get(3 * c + u, d);
                    }
                    sum += Math.sqrt(2 - 2 * dot + 1e-5);
                }
            }
        }
        assertThat(value).isCloseTo(0.2 * sum / (2 * 3 * 2), within(CLOSE));
        for (int at = 0; at < 30; at += 7) {
            double measured = (penalty(objective, centres, at, 1e-2f) - penalty(objective, centres, at, -1e-2f)) / 2e-2;
            assertThat((double) gradient.values()[at]).isCloseTo(measured, within(1e-3));
        }
    }

    private static double penalty(SoftTripleObjective objective, FloatMatrix centres, int at, float h) {
        FloatMatrix moved = new FloatMatrix(6, 5, centres.values().clone());
        moved.values()[at] += h;
        return objective.regularise(moved, 3, FloatMatrix.zeros(6, 5));
    }

    @Test
    void adaptiveMarginOnProxies() {
        AdaptiveMarginObjective objective =
                new AdaptiveMarginObjective(new AdaptiveMarginObjective.Settings(10, 0.05, 0.1, 0.3));
        float[] cosines = {0.5f, 0.1f, -0.2f, 0.3f, 0.9f, 0.2f};
        float[] texts = {0, 1, 4, 2, 0, 3};
        float[] gradient = new float[6];

        double value = objective.evaluate(new ProxyScores(2, 3, 1, cosines, new int[] {0, 1}, texts), gradient);

        double first =
                Math.exp(10 * 0.5) / (Math.exp(10 * 0.5) + Math.exp(10 * (0.1 + 0.15)) + Math.exp(10 * (-0.2 + 0.3)));
        double second =
                Math.exp(10 * 0.9) / (Math.exp(10 * 0.9) + Math.exp(10 * (0.3 + 0.25)) + Math.exp(10 * (0.2 + 0.3)));
        assertThat(value).isCloseTo(-(Math.log(first) + Math.log(second)) / 2, within(CLOSE));
        assertThat((double) gradient[0]).isCloseTo(10 * (first - 1) / 2, within(CLOSE));
    }

    @Test
    void proxiesMoveAlongTheirGradient() {
        for (String name : new String[] {"proxy-anchor", "soft-triple", "adaptive-margin-proxy"}) {
            MetricLoss loss = Losses.create(name, Map.of("proxy-rate", "0.001", "proxy-decay", "0"), 1);
            double before = loss.evaluate(batch, EmbeddingMemory.none()).loss();
            loss.update(1);
            assertThat(loss.evaluate(batch, EmbeddingMemory.none()).loss())
                    .as(name)
                    .isLessThan(before);
        }
    }

    @Test
    void theMapIntoTextSpaceLearnsAndPullsEmbeddingsAlong() {
        MetricLoss loss =
                Losses.create("triplet-semi-hard", Map.of("semantic-weight", "1", "semantic-rate", "0.01"), 1);
        LossResult first = loss.evaluate(batch, EmbeddingMemory.none());
        for (int i = 0; i < 50; i++) {
            loss.update(1);
            loss.evaluate(batch, EmbeddingMemory.none());
        }
        LossResult last = loss.evaluate(batch, EmbeddingMemory.none());

        assertThat(metric(last, "semantic.loss")).isLessThan(0.8 * metric(first, "semantic.loss"));
        assertThat(first.gradient().values())
                .isNotEqualTo(Losses.create("triplet-semi-hard", Map.of(), 1)
                        .evaluate(batch, EmbeddingMemory.none())
                        .gradient()
                        .values());
    }

    @Test
    void theSimplexIsRegular() {
        FloatMatrix corners = FixedCentroids.simplex(9, 8, 1);
        float[] cosines = corners.timesTransposed(corners).values();

        for (int i = 0; i < 81; i++) {
            assertThat((double) cosines[i]).isCloseTo(i % 10 == 0 ? 1 : -1.0 / 8, within(1e-5));
        }
    }

    /** Room kept for labels to come is no state, and a run that resumes without it goes on as if it had it. */
    @Test
    void rowsOfLabelsAreSavedAsManyAsThereAre() {
        LabelRows rows = new LabelRows(2, 2_000);
        rows.shape(3);
        for (long label = 0; label < 5; label++) {
            int slot = rows.claim(label);
            rows.set(slot, 0, new float[] {1, 2, label});
            rows.set(slot, 1, new float[] {3, 4, label});
        }
        rows.step(new int[] {1, 4}, FloatMatrix.of(Batches.gaussian(new Random(1), 4, 3)), 0.1, 0.01);
        SavedState saved = new SavedState();
        rows.save(saved);
        assertThat(saved.floats("rows")).hasSize(5 * 2 * 3);
        assertThat(saved.scope("optimiser").floats("second")).hasSize(5 * 2 * 3);

        LabelRows again = new LabelRows(2, 2_000);
        again.load(saved);
        for (LabelRows each : List.of(rows, again)) {
            int slot = each.claim(77);
            each.set(slot, 0, new float[] {5, 5, 5});
            each.set(slot, 1, new float[] {6, 6, 6});
            each.step(new int[] {4, slot}, FloatMatrix.of(Batches.gaussian(new Random(2), 4, 3)), 0.1, 0.01);
        }
        SavedState straight = new SavedState();
        rows.save(straight);
        SavedState resumed = new SavedState();
        again.save(resumed);
        assertThat(resumed.toBytes()).isEqualTo(straight.toBytes());
    }

    @Test
    void theLabelIdleLongestGivesWay() {
        LabelRows rows = new LabelRows(1, 2);
        rows.shape(3);
        for (long label : new long[] {10, 11}) {
            rows.touch(rows.claim(label), label);
        }
        rows.touch(rows.slotOf(10), 20);

        int slot = rows.claim(12);

        assertThat(rows.slotOf(11)).isEqualTo(-1);
        assertThat(rows.slotOf(12)).isEqualTo(slot);
        assertThat(rows.slotOf(10)).isNotEqualTo(-1);
        assertThat(rows.size()).isEqualTo(2);
    }

    @Test
    void replayedItemsAreHeldWhereTheyWere() {
        EmbeddingMemory memory = new EmbeddingMemory(20, 100, 0);
        FloatMatrix stored = UnitRows.of(FloatMatrix.of(Batches.gaussian(new Random(8), 12, 6)))
                .unit();
        memory.put(1, stored, batch.labels(), batch.items(), batch.textVectors());
        boolean[] fresh = new boolean[12];
        java.util.Arrays.fill(fresh, true);
        fresh[2] = false;
        LossBatch replay = new LossBatch(
                2, batch.embeddings(), batch.labels(), batch.items(), batch.textVectors(), batch.confidence(), fresh);

        LossResult held = Losses.create("triplet-semi-hard", Map.of("replay-distillation", "2"), 1)
                .evaluate(replay, memory);
        LossResult plain = Losses.create("triplet-semi-hard", Map.of(), 1).evaluate(replay, memory);

        float[] now = UnitRows.of(batch.embeddings()).unit().row(2);
        double cos = 0;
        for (int d = 0; d < 6; d++) {
            cos += now[d] * stored.get(2, d);
        }
        assertThat(held.loss()).isCloseTo(plain.loss() + 2 * (1 - cos), within(CLOSE));
        for (int i = 0; i < 12; i++) {
            assertThat(java.util.Arrays.equals(
                            held.gradient().row(i), plain.gradient().row(i)))
                    .isEqualTo(i != 2);
        }
    }

    private double value(String name, Map<String, String> options) {
        return Losses.create(name, options, 1)
                .evaluate(batch, EmbeddingMemory.none())
                .loss();
    }

    private static double metric(LossResult result, String name) {
        return result.metrics().getOrDefault(name, Double.NaN);
    }

    private boolean same(int i, int j) {
        return batch.labels()[i] == batch.labels()[j];
    }

    private double s(int i, int j) {
        return cosine[i * 12 + j];
    }
}
