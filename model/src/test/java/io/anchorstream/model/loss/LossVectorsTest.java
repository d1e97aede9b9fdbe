package io.anchorstream.model.loss;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Every loss against reference values of loss and gradient; see {@link VectorCases}. */
class LossVectorsTest {

    @Test
    void lossesAndGradientsAgreeWithTheReference() {
        for (JsonNode file : VectorCases.files()) {
            Map<String, Integer> checked = new TreeMap<>();
            for (JsonNode vector : file.get("cases")) {
                LossResult result = VectorLosses.evaluate(vector);
                String name = vector.get("loss").asText() + " " + vector.get("params");
                assertAgrees(name, result.loss(), result.gradient(), vector);
                checked.merge(vector.get("loss").asText(), 1, Integer::sum);
            }
            checked.forEach((loss, count) -> System.out.println("checked " + count + " cases of " + loss));
        }
    }

    @Test
    void theMemoryAgreesWithTheReference() {
        for (JsonNode file : VectorCases.files()) {
            JsonNode section = file.get("cross_batch_memory");
            int rows = section.get("memory_size").asInt();
            EmbeddingMemory memory = new EmbeddingMemory(rows, 100, 0);
            PairMetricLoss loss = new PairMetricLoss(
                    new ContrastiveLoss(0, section.get("neg_margin").asDouble()),
                    new PairMetricLoss.Settings(true, 1, 0, 2, -2, 0, false, false));
            int step = 0;
            for (JsonNode vector : section.get("steps")) {
                step++;
                float[][] embeddings = VectorCases.matrix(vector.get("embeddings"));
                long[] labels = VectorCases.longs(vector.get("labels"));
                LossBatch batch = Batches.of(step, embeddings, labels, new float[labels.length][0]);
                UnitRows unit = UnitRows.of(batch.embeddings());
                memory.put(step, unit.unit(), labels, batch.items(), batch.textVectors());

                FloatMatrix toUnit =
                        FloatMatrix.zeros(unit.unit().rows(), unit.unit().columns());
                PairTally tally = loss.againstMemory(batch, memory, unit.unit(), 1, toUnit);

                assertAgrees("memory step " + step, tally.loss(), unit.backward(toUnit), vector);
            }
            System.out.println("checked " + step + " steps of cross_batch_memory");
        }
    }

    @Test
    void syntheticNegativesAgreeWithTheReference() {
        for (JsonNode file : VectorCases.files()) {
            int checked = 0;
            for (JsonNode vector : file.get("hardness_aware_augmentation")) {
                double hardness = HardnessAugmentation.hardness(
                        vector.get("alpha").asDouble(),
                        vector.get("running_loss").asDouble());
                FloatMatrix made = HardnessAugmentation.synthesise(
                        FloatMatrix.of(VectorCases.matrix(vector.get("anchor"))),
                        FloatMatrix.of(VectorCases.matrix(vector.get("positive"))),
                        FloatMatrix.of(VectorCases.matrix(vector.get("negative"))),
                        hardness);
                float[][] expected = VectorCases.matrix(vector.get("expected_synthetic_negative"));
                for (int i = 0; i < expected.length; i++) {
                    assertThat(made.row(i)).containsExactly(expected[i], within(1e-5f));
                }
                checked++;
            }
            System.out.println("checked " + checked + " cases of hardness_aware_augmentation");
        }
    }

    private static void assertAgrees(String name, double loss, FloatMatrix gradient, JsonNode vector) {
        double expected = vector.get("expected_loss").asDouble();
        assertThat(loss).as("loss of %s", name).isCloseTo(expected, within(1e-4 * Math.max(1e-2, Math.abs(expected))));
        float[][] rows = VectorCases.matrix(vector.get("expected_gradient"));
        double largest = 0;
        for (float[] row : rows) {
            for (float g : row) {
                largest = Math.max(largest, Math.abs(g));
            }
        }
        for (int i = 0; i < rows.length; i++) {
            for (int d = 0; d < rows[i].length; d++) {
                assertThat((double) gradient.get(i, d))
                        .as("gradient [%d][%d] of %s", i, d, name)
                        .isCloseTo(rows[i][d], within(1e-4 * Math.max(largest, 1e-6)));
            }
        }
    }

    /** Builds the loss that a case describes. */
    private static final class VectorLosses {
        static LossResult evaluate(JsonNode vector) {
            JsonNode params = vector.get("params");
            long[] labels = VectorCases.longs(vector.get("labels"));
            float[][] embeddings = VectorCases.matrix(vector.get("embeddings"));
            float[][] texts = new float[labels.length][0];
            if (vector.has("text_vectors")) {
                texts = VectorCases.matrix(vector.get("text_vectors"));
            }
            LossBatch batch = Batches.of(1, embeddings, labels, texts);
            return loss(vector, params).evaluate(batch, EmbeddingMemory.none());
        }

        private static MetricLoss loss(JsonNode vector, JsonNode params) {
            String margin = params.path("margin").asText();
            return switch (vector.get("loss").asText()) {
                case "triplet/batch-all" -> create("triplet-batch-all", Map.of("margin", margin));
                case "triplet/batch-hard" -> create("triplet-batch-hard", Map.of("margin", margin));
                case "triplet/semi-hard" ->
                    create("triplet-semi-hard", Map.of("margin", margin, "mining", "band", "distance", "euclidean"));
                case "triplet/batch-hard-soft-margin" -> create("triplet-soft-margin", Map.of());
                case "contrastive" -> create("contrastive", margins(params));
                case "lifted-structured" -> create("lifted-structured", margins(params));
                case "lifted-structured-generalized" -> create("lifted-structured-generalised", margins(params));
                case "multi-similarity" ->
                    create(
                            "multi-similarity",
                            Map.of(
                                    "alpha", params.get("alpha").asText(),
                                    "beta", params.get("beta").asText(),
                                    "base", params.get("base").asText(),
                                    "mine", "false"));
                case "adaptive-triplet" ->
                    create(
                            "adaptive-triplet",
                            Map.of(
                                    "beta", params.get("beta").asText(),
                                    "sem-scale", params.get("sem_scale").asText(),
                                    "max-margin", "4",
                                    "mining", "all",
                                    "fn-tau", "2",
                                    "centre-text", "false",
                                    "semantic-weight", "0"));
                case "attribute-aware-identity-hard" ->
                    attributes(
                            VectorCases.matrix(vector.get("attributes")),
                            params.get("margin").asDouble());
                case "soft-triple" ->
                    proxies(
                            new SoftTripleObjective(new SoftTripleObjective.Settings(
                                    params.get("lambda").asDouble(),
                                    params.get("gamma").asDouble(),
                                    params.get("margin").asDouble(),
                                    0)),
                            params.get("centers_per_class").asInt(),
                            transposed(VectorCases.matrix(vector.get("centers_d_by_classes_times_centers"))));
                case "proxy-anchor" ->
                    proxies(
                            new ProxyAnchorObjective(
                                    params.get("alpha").asDouble(),
                                    params.get("margin").asDouble()),
                            1,
                            VectorCases.matrix(vector.get("proxies_classes_by_d")));
                case "fast-approximated-triplet" -> fast(vector, params);
                case "triplet-upper-bound" ->
                    UpperBoundLoss.given(FloatMatrix.of(VectorCases.matrix(vector.get("centroids"))));
                default -> throw new IllegalArgumentException("no loss for the case " + vector.get("loss"));
            };
        }

        private static MetricLoss create(String name, Map<String, String> options) {
            return Losses.create(name, options, 1);
        }

        private static MetricLoss proxies(ProxyObjective objective, int perClass, float[][] rows) {
            ProxyMetricLoss loss =
                    new ProxyMetricLoss(objective, new ProxyMetricLoss.Settings(perClass, 1000, false, 0.01, 0), 1);
            loss.proxies().shape(rows[0].length);
            for (int i = 0; i < rows.length; i++) {
                int label = i / perClass;
                int slot = i % perClass == 0
                        ? loss.proxies().claim(label)
                        : loss.proxies().slotOf(label);
                loss.proxies().set(slot, i % perClass, rows[i]);
            }
            return loss;
        }

        private static float[][] transposed(float[][] rows) {
            float[][] out = new float[rows[0].length][rows.length];
            for (int i = 0; i < rows.length; i++) {
                for (int j = 0; j < out.length; j++) {
                    out[j][i] = rows[i][j];
                }
            }
            return out;
        }

        private static MetricLoss fast(JsonNode vector, JsonNode params) {
            FastTripletLoss loss = new FastTripletLoss(new FastTripletLoss.Settings(
                    params.get("margin").asDouble(),
                    params.get("lambda").asDouble(),
                    FastTripletLoss.Negatives.ALL,
                    FastTripletLoss.Compactness.MEAN,
                    100,
                    1000,
                    false));
            float[][] centroids = VectorCases.matrix(vector.get("centroids"));
            for (int label = 0; label < centroids.length; label++) {
                loss.setCentroid(label, centroids[label]);
            }
            return loss;
        }

        private static Map<String, String> margins(JsonNode params) {
            Map<String, String> options = new HashMap<>();
            options.put("pos-margin", params.get("pos_margin").asText());
            options.put("neg-margin", params.get("neg_margin").asText());
            return options;
        }

        /** Any attribute vectors, not only unit text vectors: their distances are put into the pair matrix. */
        private static MetricLoss attributes(float[][] attributes, double margin) {
            float[] distances = Measure.SQUARED.withinBatch(FloatMatrix.of(attributes));
            AttributeTripletLoss loss = new AttributeTripletLoss(margin, AttributeTripletLoss.Description.TEXT);
            PairLoss given = new PairLoss() {
                @Override
                public Measure measure() {
                    return loss.measure();
                }

                @Override
                public PairTally evaluate(PairMatrix pairs, float[] gradient) {
                    return loss.evaluate(
                            new PairMatrix(
                                    pairs.anchors(),
                                    pairs.candidates(),
                                    true,
                                    pairs.values(),
                                    pairs.relations(),
                                    Arrays.copyOf(distances, distances.length),
                                    new float[0],
                                    0),
                            gradient);
                }
            };
            return new PairMetricLoss(given, new PairMetricLoss.Settings(true, 0, 0, 2, -2, 0, false, false));
        }
    }
}
