package io.anchorstream.model.loss;

import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LossesTest {
    @Test
    void listsTheLossesWhenTheNameIsUnknown() {
        assertThatThrownBy(() -> Losses.create("tripplet", Map.of(), 0))
                .hasMessageContaining("'tripplet'")
                .hasMessageContaining("adaptive-triplet");
    }

    @Test
    void listsTheOptionsWhenOneIsUnknown() {
        assertThatThrownBy(() -> Losses.create("adaptive-triplet", Map.of("margin", "1"), 0))
                .hasMessageContaining("no option 'margin'")
                .hasMessageContaining("beta, centre-text");
    }

    @Test
    void refusesAValueOfTheWrongKind() {
        assertThatThrownBy(() -> Losses.create("adaptive-triplet", Map.of("beta", "NaN"), 0))
                .hasMessageContaining("beta")
                .hasMessageContaining("must be a number")
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> Losses.create("adaptive-triplet", Map.of("mining", "hardest"), 0))
                .hasMessageContaining("semi-hard");
    }

    @Test
    void aLossThatIsNothingWithoutTheMemorySaysSo() {
        assertThat(Losses.create("contrastive-xbm", Map.of(), 0).needsMemory()).isTrue();
        assertThat(Losses.create("contrastive-xbm", Map.of("memory-weight", "0"), 0)
                        .needsMemory())
                .isFalse();
        assertThat(Losses.create("adaptive-triplet", Map.of(), 0).needsMemory()).isFalse();
        assertThat(Losses.create("adaptive-triplet", Map.of("noise-rate", "0.1"), 0)
                        .needsMemory())
                .isTrue();
    }

    @Test
    void everyOptionIsDocumented() {
        assertThat(Losses.all()).allSatisfy(spec -> {
            assertThat(spec.doc()).endsWith(".");
            assertThat(spec.options())
                    .allSatisfy(option -> assertThat(option.doc()).endsWith("."));
        });
    }

    @Test
    void theDefaultLossTeachesOnAnOrdinaryBatch() {
        MetricLoss loss = Losses.create("adaptive-triplet", Map.of(), 1);

        LossResult result = loss.evaluate(Batches.random(1, 1, 16, 8, 4), EmbeddingMemory.none());

        assertThat(result.teaches()).isTrue();
        assertThat(result.loss()).isPositive();
        assertThat(result.validAnchors()).isEqualTo(16);
        assertThat(result.metrics()).containsKeys("margin.p50", "margin.mean", "embedding.spread");
    }
}
