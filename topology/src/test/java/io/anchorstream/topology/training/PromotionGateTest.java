package io.anchorstream.topology.training;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

import io.anchorstream.model.evaluation.QueryScores;
import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.loss.FloatMatrix;
import io.anchorstream.model.training.Embedder;
import io.anchorstream.model.training.HoldoutEvaluator;
import io.anchorstream.model.training.HoldoutPicture;
import io.anchorstream.model.training.HoldoutSheet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PromotionGateTest {
    private static final String SCORE = "holdout.map_at_r";
    private final PromotionGate gate = new PromotionGate(GateSettings.defaults());

    @Test
    void promotesABetterVersionAndNamesTheNumbers() {
        PromotionGate.Decision decision = gate.decide(Map.of(SCORE, 0.6), Map.of(SCORE, 0.5), 64, 100);
        assertThat(decision.promote()).isTrue();
        assertThat(decision.reason()).isEqualTo("Promoted: holdout.map_at_r 50.0 % -> 60.0 %.");
    }

    @Test
    void rejectsAWorseVersion() {
        PromotionGate.Decision decision = gate.decide(Map.of(SCORE, 0.4), Map.of(SCORE, 0.5), 64, 100);
        assertThat(decision.promote()).isFalse();
        assertThat(decision.reason()).contains("gain of -10.00 points where the gate asks for 0.00");
    }

    @Test
    void neitherScoreMayPayForTheOther() {
        Map<String, Double> before = Map.of(SCORE, 0.5, "holdout.recall_at_1", 0.7);
        assertThat(gate.decide(Map.of(SCORE, 0.51, "holdout.recall_at_1", 0.7), before, 64, 100)
                        .promote())
                .isTrue();
        assertThat(gate.decide(Map.of(SCORE, 0.51, "holdout.recall_at_1", 0.695), before, 64, 100)
                        .promote())
                .isFalse();
        assertThat(gate.decide(Map.of(SCORE, 0.49, "holdout.recall_at_1", 0.71), before, 64, 100)
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
        Scoreboard board = boardOf(i -> new HoldoutExample.Truth(Optional.of("g" + i / 2), Optional.empty(), i >= 3));
        assertThat(board.items()).isEqualTo(60);
        assertThat(gate.decide(Map.of(), Map.of(), 64, board.judges()).reason())
                .contains("3 items outside the test groups, fewer than the 50");
    }

    @Test
    void countsAsTestPicturesThoseThatHaveAGroupToBeFoundBy() {
        Scoreboard board = boardOf(i -> new HoldoutExample.Truth(
                i < 20 ? Optional.of("g" + i / 2) : Optional.empty(), Optional.empty(), i < 45));
        assertThat(board.judges()).isEqualTo(15);
        assertThat(board.scores(new HoldoutSheet(
                        Map.of(),
                        FloatMatrix.zeros(0, 0),
                        new QueryScores(new double[0], new double[0], new double[0]))))
                .containsEntry("holdout.items", 60.0)
                .containsEntry("holdout.pictures", 15.0)
                .containsEntry("test.pictures", 20.0);
    }

    /** A snapshot of 60 items. */
    private static Scoreboard boardOf(IntFunction<HoldoutExample.Truth> truth) {
        Scoreboard board = new Scoreboard(
                new HoldoutScorer() {
                    @Override
                    public HoldoutSheet score(Embedder model, List<HoldoutExample> items) {
                        throw new AssertionError("nothing is scored");
                    }

                    @Override
                    public Map<String, Double> baselines(List<HoldoutExample> items) {
                        return Map.of();
                    }
                },
                0.2);
        HoldoutSet set = new HoldoutSet(200);
        for (int i = 0; i < 60; i++) {
            set.put(new HoldoutExample(
                    "item-" + i,
                    i / 4,
                    new CanonicalImage(1, new byte[3]),
                    new float[0],
                    Optional.empty(),
                    Optional.of(truth.apply(i))));
        }
        board.take(set);
        return board;
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
        PromotionGate lower =
                new PromotionGate(new GateSettings(GateRule.parseAll("distance lower 0.1"), 0.1, 0, 0.9, 1, 0, false));
        assertThat(lower.decide(Map.of("distance", 0.5), Map.of("distance", 0.7), 64, 100)
                        .promote())
                .isTrue();
        assertThat(lower.decide(Map.of("distance", 0.65), Map.of("distance", 0.7), 64, 100)
                        .promote())
                .isFalse();
    }

    @Test
    void promotesALossThatTheNoiseOfFewQueriesExplainsAndRejectsTheSameLossOfMany() {
        assertThat(decide(14, -0.03, 0.3, GateSettings.defaults()).promote()).isTrue();
        PromotionGate.Decision sure = decide(1_500, -0.03, 0.3, GateSettings.defaults());
        assertThat(sure.promote()).isFalse();
        assertThat(sure.reason()).contains("holdout.map_at_r", "queries in 1500 classes", "a gain of -3.");
    }

    @Test
    void asksForProofWhereTheRuleSaysShown() {
        GateSettings shown =
                new GateSettings(GateRule.parseAll("holdout.map_at_r higher 0.01 shown"), 0.1, 0, 0.9, 50, 0.1, false);
        assertThat(decide(14, 0.03, 0.3, shown).promote()).isFalse();
        assertThat(decide(1_500, 0.03, 0.3, shown).promote()).isTrue();
    }

    @Test
    void rejectsAVersionThatIsBetterInAllButLosesACategory() {
        int classes = 100;
        double[] before = column(2 * classes, i -> 0.5);
        double[] now = column(2 * classes, i -> i < 40 ? 0.2 : 0.8);
        List<HoldoutExample> items = IntStream.range(0, 2 * classes)
                .mapToObj(i -> item(i, i / 2, i < 40 ? "lamps" : "chairs"))
                .toList();
        PromotionGate.Decision decision = gate.decide(new PromotionGate.Evidence(
                Map.of(SCORE, 0.68),
                Map.of(SCORE, 0.5),
                Optional.of(new PairedScores(
                        new QueryScores(now, now, now), new QueryScores(before, before, before), items)),
                Map.of(),
                64,
                items.size()));
        assertThat(decision.promote()).isFalse();
        assertThat(decision.reason())
                .contains("category lamps loses 30.00 points")
                .doesNotContain("chairs");
    }

    @Test
    void rejectsWhatDoesNotWorkWithThePresentIndexWhereThatIsAsked() {
        GateSettings asking = new GateSettings(GateRule.parseAll(GateSettings.RULES), 0.1, 0.9, 0.9, 50, 0.1, false);
        PromotionGate.Evidence evidence = new PromotionGate.Evidence(
                Map.of(SCORE, 0.6),
                Map.of(SCORE, 0.5),
                Optional.empty(),
                Map.of("new_in_old", 0.4, "old_in_old", 0.5),
                64,
                100);
        assertThat(gate.decide(evidence).promote()).isTrue();
        assertThat(new PromotionGate(asking).decide(evidence).reason()).contains("asks for 90.0 % of that");
    }

    @Test
    void refusesRulesThatChooseByTheTestGroupsOrCannotBeRead() {
        assertThatThrownBy(() -> GateRule.parseAll("test.map_at_r higher 0")).hasMessageContaining("stay a test");
        assertThatThrownBy(() -> GateRule.parseAll("holdout.map_at_r up 0")).hasMessageContaining("higher|lower");
    }

    /** Classes of two queries that differ by {@code mean} and, class by class, by noise of deviation {@code noise}. */
    private static PromotionGate.Decision decide(int classes, double mean, double noise, GateSettings settings) {
        Random random = new Random(5);
        double[] before = column(2 * classes, i -> 0.5);
        double[] offsets = column(classes, i -> noise * random.nextGaussian());
        double centre = Arrays.stream(offsets).average().orElse(0);
        double[] now = column(2 * classes, i -> 0.5 + mean + offsets[i / 2] - centre);
        List<HoldoutExample> items = IntStream.range(0, 2 * classes)
                .mapToObj(i -> item(i, i / 2, ""))
                .toList();
        return new PromotionGate(settings)
                .decide(new PromotionGate.Evidence(
                        Map.of(SCORE, 0.5 + mean),
                        Map.of(SCORE, 0.5),
                        Optional.of(new PairedScores(
                                new QueryScores(now, now, now), new QueryScores(before, before, before), items)),
                        Map.of(),
                        64,
                        100));
    }

    private static double[] column(int length, IntToDoubleFunction value) {
        return IntStream.range(0, length).mapToDouble(value).toArray();
    }

    private static HoldoutExample item(int number, long label, String category) {
        return new HoldoutExample(
                "item-" + number,
                label,
                new CanonicalImage(1, new byte[3]),
                new float[0],
                Optional.of(category).filter(name -> !name.isEmpty()),
                Optional.empty());
    }
}
