package io.anchorstream.topology.training;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.training.Embedder;
import io.anchorstream.model.training.HoldoutEvaluator;
import io.anchorstream.model.training.HoldoutPicture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class PromotionGateTest {
    private static final String SCORE = "holdout.map_at_r";
    private final PromotionGate gate = new PromotionGate(GateSettings.defaults());

    @Test
    void promotesABetterVersionAndNamesTheNumbers() {
        PromotionGate.Decision decision = gate.decide(Map.of(SCORE, 0.6), Map.of(SCORE, 0.5), 64, 100);
        assertThat(decision.promote()).isTrue();
        assertThat(decision.reason()).isEqualTo("Promoted: holdout.map_at_r 0.5000 -> 0.6000.");
    }

    @Test
    void rejectsAWorseVersion() {
        PromotionGate.Decision decision = gate.decide(Map.of(SCORE, 0.4), Map.of(SCORE, 0.5), 64, 100);
        assertThat(decision.promote()).isFalse();
        assertThat(decision.reason()).contains("gain of -0.1000 where the gate asks for 0.0000");
    }

    @Test
    void letsRecallSlipByOnePointWhileMapRises() {
        Map<String, Double> before = Map.of(SCORE, 0.5, "holdout.recall_at_1", 0.7);
        assertThat(gate.decide(Map.of(SCORE, 0.51, "holdout.recall_at_1", 0.695), before, 64, 100)
                        .promote())
                .isTrue();
        assertThat(gate.decide(Map.of(SCORE, 0.51, "holdout.recall_at_1", 0.68), before, 64, 100)
                        .promote())
                .isFalse();
    }

    @Test
    void neverChoosesByTheTestGroups() {
        Map<String, Double> worse = Map.of(SCORE, 0.5, "test.map_at_r", 0.1, "test.recall_at_1", 0.1);
        Map<String, Double> better = Map.of(SCORE, 0.5, "test.map_at_r", 0.9, "test.recall_at_1", 0.9);
        assertThat(gate.decide(worse, better, 64, 100))
                .isEqualTo(gate.decide(Map.of(SCORE, 0.5), Map.of(SCORE, 0.5), 64, 100));
        assertThat(gate.decide(worse, better, 64, 100).promote()).isTrue();
        assertThat(gate.decide(better, Map.of(SCORE, 0.6, "test.map_at_r", 0.1), 64, 100)
                        .promote())
                .isFalse();
    }

    @Test
    void hasNothingToGoByWhenAllOfTheHoldoutIsTestGroups() {
        Scoreboard board = new Scoreboard(
                new HoldoutScorer() {
                    @Override
                    public Map<String, Double> score(Embedder model, List<HoldoutExample> items) {
                        return Map.of();
                    }

                    @Override
                    public Map<String, Double> baselines(List<HoldoutExample> items) {
                        return Map.of();
                    }
                },
                0.2);
        HoldoutSet set = new HoldoutSet(100);
        for (int i = 0; i < 60; i++) {
            set.put(new HoldoutExample(
                    "item-" + i,
                    1,
                    new CanonicalImage(1, new byte[3]),
                    new float[0],
                    Optional.empty(),
                    Optional.of(new HoldoutExample.Truth(Optional.of("g"), Optional.empty(), i >= 3))));
        }
        board.take(set);
        assertThat(board.items()).isEqualTo(60);
        assertThat(gate.decide(Map.of(), Map.of(), 64, board.judges()).reason())
                .contains("3 items outside the test groups, fewer than the 50");
    }

    @Test
    void promotesUnscoredWhenTheHoldoutIsTooSmall() {
        PromotionGate.Decision decision = gate.decide(Map.of(), Map.of(), 64, 3);
        assertThat(decision.promote()).isTrue();
        assertThat(decision.reason()).contains("3 items outside the test groups, fewer than the 50");
    }

    @Test
    void rejectsCollapsedAndBrokenSpacesWhateverTheirRecall() {
        assertThat(gate.decide(Map.of(SCORE, 1.0, PromotionGate.SPREAD, 1e-4), Map.of(SCORE, 0.1), 64, 100)
                        .reason())
                .contains("collapsed");
        assertThat(gate.decide(Map.of(SCORE, Double.NaN), Map.of(), 64, 100).promote())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.995, 0.999, 0.9999})
    void rejectsWhatTheEvaluatorSeesOfACollapsedSpace(double cosine) {
        assertThat(decide(cosine).reason()).contains("collapsed");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.3, 0.9})
    void acceptsWhatTheEvaluatorSeesOfAnOrdinarySpace(double cosine) {
        assertThat(decide(cosine).promote()).isTrue();
    }

    private PromotionGate.Decision decide(double cosine) {
        int dimension = 128;
        List<HoldoutPicture> pictures = IntStream.range(0, 100)
                .mapToObj(i -> new HoldoutPicture(
                        new CanonicalImage(1, new byte[] {(byte) i, 0, 0}),
                        i / 4,
                        Optional.empty(),
                        Optional.empty(),
                        false))
                .toList();
        Embedder embedder = new Embedder() {
            @Override
            public int dimension() {
                return dimension;
            }

            /** One common direction and one of each picture's own: any two have the same cosine. */
            @Override
            public float[][] embed(List<CanonicalImage> images) {
                return images.stream()
                        .map(image -> {
                            float[] vector = new float[dimension];
                            vector[0] = (float) Math.sqrt(cosine);
                            vector[1 + image.rgb()[0]] = (float) Math.sqrt(1 - cosine);
                            return vector;
                        })
                        .toArray(float[][]::new);
            }

            @Override
            public void close() {}
        };
        Map<String, Double> scores = new HoldoutEvaluator(Runnable::run).scores(embedder, pictures);
        return gate.decide(scores, scores, dimension, pictures.size());
    }

    @Test
    void comparesInTheDirectionOfTheMeasure() {
        PromotionGate lower = new PromotionGate(
                new GateSettings(List.of(new GateRule(List.of("distance"), false, 0.1)), 1, 0, false));
        assertThat(lower.decide(Map.of("distance", 0.5), Map.of("distance", 0.7), 64, 100)
                        .promote())
                .isTrue();
        assertThat(lower.decide(Map.of("distance", 0.65), Map.of("distance", 0.7), 64, 100)
                        .promote())
                .isFalse();
    }
}
