package io.anchorstream.topology.embedding;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.ItemEmbedding;
import org.apache.kafka.streams.KeyValue;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class NextGenerationTest extends EmbedFixture {
    @Test
    void publishesNothingOfARefreshThatWasSupersededWhileItsVectorsWereComputed() {
        try (EmbedBench bench = serving(SETTINGS, 10, 40)) {
            Map<String, Double> untrained = new HashMap<>();
            bench.vectors().forEach(it -> untrained.put(it.key, EmbedBench.degrees(it.value)));
            bench.held = true;
            models.promote(1, 1);
            bench.flush(2);
            models.order(2, 2);
            bench.flush(1);
            bench.held = false;
            bench.release();
            bench.flush(60);

            List<KeyValue<String, ItemEmbedding>> log = bench.vectors();
            assertThat(log)
                    .hasSize(10)
                    .allMatch(it -> it.value.getGeneration() == 2 && it.value.getModelVersion() == 2);
            // The fake models turn each vector by one degree a version.
            assertThat(log)
                    .allSatisfy(it -> assertThat(EmbedBench.degrees(it.value) - untrained.getOrDefault(it.key, 0.0))
                            .isCloseTo(2, within(0.01)));
        }
    }

    @Test
    void keepsTheCompleteGenerationUpToDateHoweverManyOrdersOutrunTheRefresh() {
        try (EmbedBench bench = serving(SETTINGS, 10, 40)) {
            bench.held = true;
            for (long next = 1; next <= 20; next++) {
                models.order(next, next);
                bench.flush(1);
            }
            bench.vectors();
            bench.item("fresh", 100);
            bench.flush(2);

            assertThat(bench.vectors())
                    .filteredOn(it -> it.key.equals("fresh"))
                    .extracting(it -> it.value.getGeneration())
                    .contains(0L, 20L);
        }
    }

    @Test
    void completesGenerationsHoweverFastPromotionsFollowEachOtherAndReachesTheNewest() {
        try (EmbedBench bench = serving(SETTINGS.withRefreshPerSecond(20), 30, 10)) {
            for (long next = 1; next <= 40; next++) { // a refresh takes 30 flushes
                models.promote(next, next);
                bench.flush(5);
            }
            bench.flush(80);

            List<GenerationEvent> events = bench.events();
            List<Long> complete = EmbedBench.generations(events, GenerationState.COMPLETE);
            assertThat(complete)
                    .hasSizeBetween(5, 9)
                    .isSorted()
                    .startsWith(0L, 1L)
                    .endsWith(40L);
            assertThat(EmbedBench.generations(events, GenerationState.OPENED)).isEqualTo(complete);
        }
    }

    @Test
    void anOrderTakesOverFromARunningRefresh() {
        try (EmbedBench bench = serving(SETTINGS.withRefreshPerSecond(20), 30, 10)) {
            models.promote(1, 1);
            bench.flush(15);
            models.order(0, 2);
            bench.flush(80);

            List<GenerationEvent> events = bench.events();
            assertThat(EmbedBench.generations(events, GenerationState.COMPLETE)).containsExactly(0L, 2L);
            assertThat(EmbedBench.generations(events, GenerationState.RETIRED)).containsExactly(0L, 1L);
            bench.vectors();
            bench.item("later", 500);
            bench.flush(1);
            assertThat(bench.vectors())
                    .extracting(it -> it.value.getGeneration())
                    .containsExactly(2L);
        }
    }

    @Test
    void joinsTheGenerationThatAnotherPartitionHasBegun() {
        try (EmbedBench bench = serving(SETTINGS.withRefreshPerSecond(20), 30, 10)) {
            models.promote(1, 1);
            bench.flush(15);
            bench.vectors();
            models.promote(3, 3);
            models.promote(4, 4);
            bench.declared(opened(3));
            bench.flush(5);
            assertThat(bench.vectors()).isNotEmpty().allMatch(it -> it.value.getGeneration() == 3);
        }
    }

    @Test
    void goesOnToTheNewestWhenTheModelOfARunningRefreshIsGone() {
        try (EmbedBench bench = serving(SETTINGS.withRefreshPerSecond(20), 30, 10)) {
            models.promote(1, 1);
            bench.flush(15);
            models.promote(4, 4);
            models.lose(1);
            bench.flush(60);
            assertThat(EmbedBench.generations(bench.events(), GenerationState.COMPLETE))
                    .containsExactly(0L, 4L);
        }
    }

    @Test
    void waitsForTheModelOfARunningRefreshThatCannotBeLoadedForAMoment() {
        try (EmbedBench bench = serving(SETTINGS.withRefreshPerSecond(20), 30, 10)) {
            models.promote(1, 1);
            bench.flush(15);
            models.promote(4, 4);
            models.unload(1);
            bench.flush(60);
            assertThat(EmbedBench.generations(bench.events(), GenerationState.OPENED))
                    .containsExactly(0L, 1L);
            models.load(1);
            bench.flush(80);
            assertThat(EmbedBench.generations(bench.events(), GenerationState.COMPLETE))
                    .containsExactly(1L, 4L);
        }
    }

    @Test
    void joinsNoGenerationWhoseModelIsGone() {
        try (EmbedBench bench = serving(SETTINGS, 10, 10)) {
            bench.declared(opened(3));
            models.lose(3);
            models.promote(4, 4);
            bench.flush(40);
            assertThat(EmbedBench.generations(bench.events(), GenerationState.COMPLETE))
                    .containsExactly(0L, 4L);
        }
    }

    private static GenerationEvent opened(long generation) {
        return GenerationEvent.newBuilder()
                .setGeneration(generation)
                .setModelVersion(generation)
                .setState(GenerationState.OPENED)
                .build();
    }
}
