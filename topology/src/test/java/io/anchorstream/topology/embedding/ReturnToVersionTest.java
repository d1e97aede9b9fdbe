package io.anchorstream.topology.embedding;

import java.util.List;

import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.ItemEmbedding;
import org.apache.kafka.streams.KeyValue;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class ReturnToVersionTest extends EmbedFixture {
    @Test
    void publishesTheVectorsOfTheVersionBeforeWithoutTheModel() {
        try (EmbedBench bench = serving(SETTINGS, 30, 20)) {
            models.promote(1, 1);
            bench.flush(20);
            bench.vectors();
            int before = models.embedded;

            models.order(0, 2);
            bench.flush(20);

            assertThat(models.embedded).isEqualTo(before);
            assertAll(bench.vectors(), 30, 0, 2);
            models.order(1, 3);
            bench.flush(20);
            assertThat(models.embedded).isEqualTo(before);
            assertAll(bench.vectors(), 30, 1, 3);
            assertThat(EmbedBench.generations(bench.events(), GenerationState.COMPLETE))
                    .containsExactly(0L, 1L, 2L, 3L);
        }
    }

    @Test
    void needsNoModelWhenTheVersionLeftWasNotCompleteYet() {
        try (EmbedBench bench = serving(SETTINGS.withRefreshPerSecond(20), 30, 10)) {
            models.promote(1, 1);
            bench.flush(15);
            bench.vectors();
            int before = models.embedded;

            models.order(0, 2);
            bench.flush(20);

            assertThat(models.embedded).isEqualTo(before);
            assertAll(bench.vectors(), 30, 0, 2);
        }
    }

    @Test
    void embedsOnlyWhatChangedSince() {
        try (EmbedBench bench = serving(SETTINGS, 30, 20)) {
            models.promote(1, 1);
            bench.flush(20);
            bench.item("item-07", 100);
            bench.item("new", 101);
            bench.deletePicture("item-08");
            bench.flush(2);
            bench.vectors();
            int before = models.embedded;

            models.order(0, 2);
            bench.flush(20);

            assertThat(models.embedded).isEqualTo(before + 2);
            assertAll(bench.vectors(), 30, 0, 2);
        }
    }

    @Test
    void callsTheModelWhenVectorsAreNotKept() {
        try (EmbedBench bench = serving(SETTINGS.withKeptVectors(false), 30, 20)) {
            models.promote(1, 1);
            bench.flush(20);
            bench.vectors();
            int before = models.embedded;
            models.order(0, 2);
            bench.flush(20);
            assertThat(models.embedded).isEqualTo(before + 30);
            assertAll(bench.vectors(), 30, 0, 2);
        }
    }

    private static void assertAll(
            List<KeyValue<String, ItemEmbedding>> vectors, int items, long version, long generation) {
        assertThat(vectors).hasSize(items).allSatisfy(it -> {
            assertThat(it.value.getModelVersion()).isEqualTo(version);
            assertThat(it.value.getGeneration()).isEqualTo(generation);
            assertThat(EmbedBench.degrees(it.value)).isCloseTo(EmbedBench.degrees(it.key, version), within(0.01));
        });
    }
}
