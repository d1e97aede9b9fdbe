package io.anchorstream.topology.embedding;

import java.util.concurrent.CompletableFuture;

import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CompletionTest extends EmbedFixture {
    @Test
    void holdsCompletionBackWhileTheCatalogueIsEmpty() {
        models.promote(0, 0);
        try (EmbedBench bench = bench(SETTINGS)) {
            bench.flush(30);
            assertThat(bench.events())
                    .extracting(GenerationEvent::getState)
                    .containsExactly(GenerationState.OPENED, GenerationState.PROGRESS);

            bench.add(3);
            bench.flush(60);
            GenerationEvent complete = EmbedBench.only(bench.events(), GenerationState.COMPLETE);
            assertThat(complete.getItems()).isEqualTo(3).isEqualTo(complete.getEmbedded());
        }
    }

    @Test
    void completesNothingBeforeWhatWasThereAtThePromotionHasBeenRead() {
        ends.answer = CompletableFuture.completedFuture(new InputEnds.Ends(2, 2)); // three items
        try (EmbedBench bench = serving(SETTINGS, 2, 60)) {
            assertThat(bench.events()).extracting(GenerationEvent::getState).doesNotContain(GenerationState.COMPLETE);

            bench.item("item-02", 3);
            bench.flush(60);
            assertThat(EmbedBench.only(bench.events(), GenerationState.COMPLETE).getEmbedded())
                    .isEqualTo(3);
        }
    }

    @Test
    void asksAgainWhereTheInputsEndWhenTheBrokerCouldNotSay() {
        ends.answer = CompletableFuture.failedFuture(new IllegalStateException("away"));
        try (EmbedBench bench = serving(SETTINGS, 2, 60)) {
            assertThat(bench.events()).extracting(GenerationEvent::getState).doesNotContain(GenerationState.COMPLETE);

            ends.answer = CompletableFuture.completedFuture(InputEnds.NONE);
            bench.flush(60);
            assertThat(EmbedBench.only(bench.events(), GenerationState.COMPLETE).getEmbedded())
                    .isEqualTo(2);
        }
    }

    @Test
    void embedsFreshItemsForAGenerationThatMayHaveBeenCompletedUnnoticed() {
        models.promote(0, 0);
        try (EmbedBench bench = bench(new EmbedSettings(
                2,
                SETTINGS.batchSize(),
                SETTINGS.flushEvery(),
                SETTINGS.slice(),
                SETTINGS.refreshPerSecond(),
                SETTINGS.reportEvery(),
                SETTINGS.sampleSize(),
                true))) {
            bench.add(5);
            bench.flush(10); // done here; the other partition's report, and so COMPLETE, may be under way
            models.order(1, 1);
            bench.flush(4);
            bench.vectors();

            bench.item("fresh", 100);
            bench.flush(1);

            assertThat(bench.vectors())
                    .extracting(it -> it.value.getGeneration())
                    .containsExactly(0L, 1L);
        }
    }
}
