package io.anchorstream.model.loss;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Mined triplets against plain loops, and what the adaptive margin must be equal to. */
class TripletOracleTest {
    private static final Map<String, String> PLAIN = Map.of("semantic-weight", "0", "fn-tau", "2");

    private final LossBatch batch = Batches.random(11, 1, 15, 6, 4);
    private final double[][] unit = unit(batch.embeddings());

    @ParameterizedTest
    @ValueSource(strings = {"semi-hard", "semi-hard-by-margin", "hard", "all", "band"})
    void adaptiveTripletsAgreeWithPlainLoops(String mining) {
        boolean byMargin = mining.equals("semi-hard-by-margin");
        double loss = create(
                        "adaptive-triplet",
                        Map.of(
                                "mining",
                                byMargin ? "semi-hard" : mining,
                                "rank-by-margin",
                                Boolean.toString(byMargin),
                                "centre-text",
                                "false"))
                .evaluate(batch, EmbeddingMemory.none())
                .loss();

        assertThat(loss).isCloseTo(naive(mining, 0.2, 1 / 3.8), within(1e-6));
    }

    @Test
    void positivePairsWithoutASemiHardNegativeAreCounted() {
        int expected = 0;
        for (int a = 0; a < unit.length; a++) {
            double farthest = 0;
            for (int k = 0; k < unit.length; k++) {
                farthest = label(k) == label(a) ? farthest : Math.max(farthest, squared(a, k));
            }
            for (int p = 0; p < unit.length; p++) {
                expected += p != a && label(p) == label(a) && squared(a, p) >= farthest ? 1 : 0;
            }
        }
        Map<String, Double> metrics = Losses.create("triplet-semi-hard", Map.of(), 1)
                .evaluate(batch, EmbeddingMemory.none())
                .metrics();

        assertThat(expected).isPositive();
        assertThat(metrics).containsEntry("mining.fallbacks", (double) expected);
    }

    @Test
    void theShareOfPositivesWithTheLeastAlikeTextsAreIgnored() {
        int n = unit.length;
        List<Double> texts = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                if (i != j && label(i) == label(j)) {
                    texts.add(text(i, j));
                }
            }
        }
        texts.sort(null);
        int kept = texts.size() - (int) (0.2 * texts.size());
        double bound = texts.get(kept - 1);
        double sum = 0;
        int active = 0;
        for (int a = 0; a < n; a++) {
            for (int p = 0; p < n; p++) {
                for (int k = 0; k < n; k++) {
                    boolean mined =
                            p != a && label(p) == label(a) && text(a, p) <= bound + 1e-6 && label(k) != label(a);
                    double hinge = mined ? Math.sqrt(squared(a, p)) - Math.sqrt(squared(a, k)) + 0.2 : 0;
                    sum += Math.max(0, hinge);
                    active += hinge > 0 ? 1 : 0;
                }
            }
        }
        double loss = Losses.create("triplet-batch-all", Map.of("fp-quantile", "0.2", "centre-text", "false"), 1)
                .evaluate(batch, EmbeddingMemory.none())
                .loss();

        assertThat(loss).isCloseTo(sum / active, within(1e-5));
    }

    @Test
    void labelsOfABatchWeighTheSameInTheUpperBound() {
        float[][] corners = {{1, 0}, {-0.5f, 0.8660254f}, {-0.5f, -0.8660254f}};
        float[][] rows = {{0.6f, 0.8f}, {0, 1}, {0.8f, -0.6f}, {-1, 0}};
        long[] labels = {0, 0, 0, 1};
        double[] terms = new double[4];
        for (int i = 0; i < 4; i++) {
            for (int c = 0; c < 3; c++) {
                terms[i] += distance(rows[i], corners[c]) * (c == labels[i] ? 1 : -1 / 6.0);
            }
        }

        double loss = UpperBoundLoss.given(FloatMatrix.of(corners))
                .evaluate(Batches.of(rows, labels), EmbeddingMemory.none())
                .loss();

        assertThat(loss).isCloseTo(((terms[0] + terms[1] + terms[2]) / 3 + terms[3]) / 2, within(1e-6));
    }

    @Test
    void withoutSemanticScaleItIsThePlainTriplet() {
        LossResult adaptive =
                create("adaptive-triplet", Map.of("sem-scale", "0")).evaluate(batch, EmbeddingMemory.none());
        LossResult plain = Losses.create("triplet-semi-hard", Map.of(), 1).evaluate(batch, EmbeddingMemory.none());

        assertThat(adaptive.loss()).isEqualTo(plain.loss());
        assertThat(adaptive.gradient().values()).isEqualTo(plain.gradient().values());
    }

    @Test
    void withConstantTextItIsThePlainTripletOfThatMargin() {
        float[][] texts = new float[15][15];
        for (int i = 0; i < 15; i++) {
            texts[i][i] = 1; // all cosines 0: squared distance 2
        }
        LossBatch constant = Batches.of(1, rows(), batch.labels(), texts);
        LossResult adaptive = create("adaptive-triplet", Map.of("centre-text", "false", "mining", "all"))
                .evaluate(constant, EmbeddingMemory.none());
        LossResult plain = Losses.create(
                        "triplet-batch-all", Map.of("distance", "squared", "margin", Double.toString(0.2 + 2 / 3.8)), 1)
                .evaluate(constant, EmbeddingMemory.none());

        assertThat(adaptive.loss()).isCloseTo(plain.loss(), within(1e-6));
        assertThat(adaptive.gradient().values())
                .containsExactly(plain.gradient().values(), within(1e-6f));
    }

    @Test
    void anItemWithoutTextIsPushedWithTheAverageMargin() {
        float[][] texts = batch.textVectors().clone();
        texts[3] = new float[0];
        TextSpace space = new TextSpace(true);
        space.observe(texts);
        float[] distances = space.distances(texts);

        assertThat(distances[3 * 15 + 4]).isNaN();
        assertThat(space.meanDistance()).isBetween(1f, 3f);
        assertThat(create("adaptive-triplet", Map.of())
                        .evaluate(Batches.of(1, rows(), batch.labels(), texts), EmbeddingMemory.none())
                        .isFinite())
                .isTrue();
    }

    @Test
    void negativesOfTheSameTextAreIgnored() {
        float[][] texts = batch.textVectors().clone();
        for (int i = 0; i < 15; i++) {
            texts[i] = texts[i % 2]; // two texts across four labels
        }
        LossBatch alike = Batches.of(1, rows(), batch.labels(), texts);

        LossResult guarded = Losses.create(
                        "triplet-batch-all", Map.of("fn-tau", "0.95", "centre-text", "false", "margin", "4"), 1)
                .evaluate(alike, EmbeddingMemory.none());
        LossResult all =
                Losses.create("triplet-batch-all", Map.of("margin", "4"), 1).evaluate(alike, EmbeddingMemory.none());

        assertThat(guarded.teaches()).isTrue();
        assertThat(guarded.loss()).isNotEqualTo(all.loss());
    }

    @Test
    void theMarginIsCapped() {
        LossResult result = create("adaptive-triplet", Map.of("sem-scale", "3", "max-margin", "1.5"))
                .evaluate(batch, EmbeddingMemory.none());

        assertThat(result.metrics().get("margin.p95")).isLessThanOrEqualTo(1.5);
    }

    private MetricLoss create(String name, Map<String, String> options) {
        Map<String, String> all = new java.util.HashMap<>(PLAIN);
        all.putAll(options);
        return Losses.create(name, all, 1);
    }

    private double naive(String mining, double beta, double scale) {
        int n = unit.length;
        double sum = 0;
        int active = 0;
        for (int a = 0; a < n; a++) {
            double worst = Double.NEGATIVE_INFINITY;
            int hardN = -1;
            int hardP = -1;
            for (int p = 0; p < n; p++) {
                if (p == a || label(p) != label(a)) {
                    continue;
                }
                int semi = -1;
                int far = -1;
                for (int k = 0; k < n; k++) {
                    if (label(k) == label(a)) {
                        continue;
                    }
                    double gap = squared(a, k) - squared(a, p);
                    double hinge = -gap + beta + scale * text(a, k);
                    boolean band = gap > 0 && hinge >= 0;
                    if ((mining.equals("all") || (mining.equals("band") && band)) && hinge > 0) {
                        sum += hinge;
                        active++;
                    }
                    boolean byMargin = !mining.equals("semi-hard");
                    semi = gap > 0 && (semi < 0 || rank(a, k, byMargin, scale) < rank(a, semi, byMargin, scale))
                            ? k
                            : semi;
                    far = far < 0 || rank(a, k, byMargin, scale) > rank(a, far, byMargin, scale) ? k : far;
                    hardN = hardN < 0 || rank(a, k, true, scale) < rank(a, hardN, true, scale) ? k : hardN;
                }
                if (mining.startsWith("semi-hard")) {
                    int chosen = semi < 0 ? far : semi;
                    double hinge = squared(a, p) - squared(a, chosen) + beta + scale * text(a, chosen);
                    sum += Math.max(0, hinge);
                    active += hinge > 0 ? 1 : 0;
                }
                if (squared(a, p) > worst) {
                    worst = squared(a, p);
                    hardP = p;
                }
            }
            if (mining.equals("hard") && hardP >= 0) {
                double hinge = squared(a, hardP) - squared(a, hardN) + beta + scale * text(a, hardN);
                sum += Math.max(0, hinge);
                active += hinge > 0 ? 1 : 0;
            }
        }
        return sum / active;
    }

    private double rank(int anchor, int negative, boolean byMargin, double scale) {
        return squared(anchor, negative) - (byMargin ? scale * text(anchor, negative) : 0);
    }

    private long label(int i) {
        return batch.labels()[i];
    }

    private double squared(int i, int j) {
        double sum = 0;
        for (int d = 0; d < unit[i].length; d++) {
            sum += (unit[i][d] - unit[j][d]) * (unit[i][d] - unit[j][d]);
        }
        return sum;
    }

    private double text(int i, int j) {
        double sum = 0;
        for (int d = 0; d < batch.textVectors()[i].length; d++) {
            sum += batch.textVectors()[i][d] * batch.textVectors()[j][d];
        }
        return 2 - 2 * sum;
    }

    private float[][] rows() {
        float[][] rows = new float[15][];
        java.util.Arrays.setAll(rows, batch.embeddings()::row);
        return rows;
    }

    private static double[][] unit(FloatMatrix matrix) {
        double[][] out = new double[matrix.rows()][matrix.columns()];
        for (int i = 0; i < out.length; i++) {
            double norm = 0;
            for (int d = 0; d < out[i].length; d++) {
                norm += (double) matrix.get(i, d) * matrix.get(i, d);
            }
            for (int d = 0; d < out[i].length; d++) {
                out[i][d] = matrix.get(i, d) / Math.sqrt(norm);
            }
        }
        return out;
    }

    @Test
    void attributesOfTheCatalogueChooseAmongPositives() {
        float[][] rows = {{1, 0}, {0.8f, 0.6f}, {0.6f, 0.8f}, {0, 1}};
        long[] red = {1, 5};
        long[] redToo = {1, 5};
        long[] blue = {2, 5, 9};
        LossBatch batch = new LossBatch(
                1,
                FloatMatrix.of(rows),
                new long[] {0, 0, 0, 1},
                new long[] {1, 2, 3, 4},
                new float[4][0],
                new float[] {1, 1, 1, 1},
                new boolean[4],
                new long[][] {red, redToo, blue, {}},
                Optional.empty());

        LossResult result = Losses.create(
                        "aitl", Map.of("attributes", "catalogue", "margin", "0", "attribute-weight", "1"), 1)
                .evaluate(batch, EmbeddingMemory.none());
        LossResult without = Losses.create(
                        "aitl", Map.of("attributes", "catalogue", "margin", "0", "attribute-weight", "0"), 1)
                .evaluate(batch, EmbeddingMemory.none());

        // Anchor 0: far is 2, near is 1. Anchor 1: far 2, near 0. Anchor 2: both equally far, the same item twice.
        double d01 = distance(rows[0], rows[1]);
        double d02 = distance(rows[0], rows[2]);
        double d12 = distance(rows[1], rows[2]);
        double expected = (Math.max(0, d02 - d01) + Math.max(0, d12 - d01)) / 3;
        assertThat(result.loss()).isCloseTo((without.loss() + expected) / 2, within(1e-5));
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int d = 0; d < a.length; d++) {
            sum += (a[d] - b[d]) * (a[d] - b[d]);
        }
        return Math.sqrt(sum);
    }
}
