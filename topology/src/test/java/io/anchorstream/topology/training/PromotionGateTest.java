package io.anchorstream.topology.training;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

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
    void believesTruthBeforeWeakLabels() {
        assertThat(gate.decide(
                                Map.of(SCORE, 0.9, "test.map_at_r", 0.1),
                                Map.of(SCORE, 0.1, "test.map_at_r", 0.2),
                                64,
                                100)
                        .promote())
                .isFalse();
    }

    @Test
    void promotesUnscoredWhenTheHoldoutIsTooSmall() {
        PromotionGate.Decision decision = gate.decide(Map.of(), Map.of(), 64, 3);
        assertThat(decision.promote()).isTrue();
        assertThat(decision.reason()).contains("3 items, fewer than the 50");
    }

    @Test
    void rejectsCollapsedAndBrokenSpacesWhateverTheirRecall() {
        assertThat(gate.decide(Map.of(SCORE, 1.0, PromotionGate.SPREAD, 1e-4), Map.of(SCORE, 0.1), 64, 100)
                        .reason())
                .contains("collapsed");
        assertThat(gate.decide(Map.of(SCORE, Double.NaN), Map.of(), 64, 100).promote())
                .isFalse();
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
