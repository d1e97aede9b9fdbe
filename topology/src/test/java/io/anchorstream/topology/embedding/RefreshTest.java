package io.anchorstream.topology.embedding;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.ItemEmbedding;
import org.apache.kafka.streams.KeyValue;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RefreshTest extends EmbedFixture {
    @Test
    void refreshesEveryItemOnPromotionAndDeclaresCompletionOnce() {
        try (EmbedBench bench = serving(SETTINGS.withBatchSize(4), 30, 20)) {
            bench.vectors();
            bench.events();

            models.promote(1, 1);
            bench.flush(40);

            List<KeyValue<String, ItemEmbedding>> vectors = bench.vectors();
            assertThat(vectors).hasSize(30).allMatch(it -> it.value.getGeneration() == 1 && it.value.getRefresh());
            assertThat(vectors).extracting(it -> it.key).doesNotHaveDuplicates();
            List<GenerationEvent> events = bench.events();
            assertThat(events)
                    .filteredOn(it -> it.getState() == GenerationState.OPENED)
                    .hasSize(1);
            GenerationEvent complete = EmbedBench.only(events, GenerationState.COMPLETE);
            assertThat(complete.getItems()).isEqualTo(30).isEqualTo(complete.getEmbedded());
            assertThat(complete.getSimilarityQuantiles()).hasSize(9).isSorted();
            assertThat(EmbedBench.only(events, GenerationState.RETIRED).getGeneration())
                    .isZero();
            assertThat(bench.progress.partitions().values()).singleElement().matches(EmbedProgress.Partition::done);
        }
    }

    @Test
    void embedsFreshItemsForTheGenerationInServiceAndTheOneBeingBuilt() {
        models.promote(0, 0);
        EmbedSettings slow = SETTINGS.withRefreshPerSecond(10);
        try (EmbedBench bench = bench(slow)) {
            bench.add(30);
            bench.flush(10);
            models.promote(1, 1);
            bench.flush(4);
            bench.vectors();

            bench.item("fresh", 100);
            bench.flush(1);

            assertThat(bench.vectors())
                    .filteredOn(it -> it.key.equals("fresh"))
                    .extracting(it -> it.value.getGeneration())
                    .containsExactly(0L, 1L);
            bench.flush(100);
            assertThat(bench.vectors()).noneMatch(it -> it.key.equals("fresh"));
            assertThat(EmbedBench.only(bench.events(), 1, GenerationState.COMPLETE)
                            .getEmbedded())
                    .isEqualTo(31);
        }
    }

    @Test
    void neverResurrectsAnItemDeletedDuringARefresh() {
        try (EmbedBench bench = serving(SETTINGS.withRefreshPerSecond(20), 20, 10)) {
            models.promote(1, 1);
            bench.flush(6);
            bench.deletePicture("item-00");
            bench.deletePicture("item-19");
            bench.deleteLabel("item-19");
            bench.flush(100);

            Map<String, ItemEmbedding> last = new HashMap<>();
            bench.vectors().forEach(it -> last.put(it.key, it.value));
            assertThat(last.get("item-00")).isNull();
            assertThat(last.get("item-19")).isNull();
            GenerationEvent complete = EmbedBench.only(bench.events(), 1, GenerationState.COMPLETE);
            assertThat(complete.getItems()).isEqualTo(18);
            assertThat(complete.getEmbedded()).isEqualTo(18);
        }
    }

    @Test
    void publishesNothingForWhatChangedWhileItsVectorWasComputed() {
        try (EmbedBench bench = serving(SETTINGS, 10, 40)) {
            bench.vectors();
            bench.held = true;
            models.promote(1, 1);
            bench.flush(2);
            bench.deletePicture("item-00");
            bench.deleteLabel("item-00");
            bench.item("item-01", 100);
            bench.flush(1);
            bench.release();
            bench.flush(60);

            List<KeyValue<String, ItemEmbedding>> log = bench.vectors();
            assertThat(log).filteredOn(it -> it.key.equals("item-00")).allMatch(it -> it.value == null);
            assertThat(log)
                    .filteredOn(it -> it.key.equals("item-01"))
                    .isNotEmpty()
                    .allMatch(it -> it.value.getSourceOffset() == 100);
            assertThat(EmbedBench.only(bench.events(), 1, GenerationState.COMPLETE)
                            .getEmbedded())
                    .isEqualTo(9);
        }
    }

    @Test
    void resumesAHalfDoneRefreshAfterARestart() {
        models.promote(0, 0);
        Set<String> seen = new HashSet<>();
        Map<String, List<KeyValue<Object, Object>>> left;
        EmbedSettings slow = SETTINGS.withRefreshPerSecond(20);
        try (EmbedBench bench = bench(slow)) {
            bench.add(40);
            bench.flush(10);
            models.promote(1, 1);
            bench.vectors();
            bench.flush(20);
            bench.vectors().forEach(it -> assertThat(seen.add(it.key)).isTrue());
            assertThat(seen).hasSizeBetween(5, 35);
            bench.events();
            left = bench.changelogs();
        }
        try (EmbedBench bench = bench(slow).restored(left)) {
            bench.flush(100);
            bench.vectors().forEach(it -> assertThat(seen.add(it.key)).isTrue());
            assertThat(seen).hasSize(40);
            List<GenerationEvent> events = bench.events();
            assertThat(events).noneMatch(it -> it.getState() == GenerationState.OPENED);
            assertThat(EmbedBench.only(events, GenerationState.COMPLETE).getEmbedded())
                    .isEqualTo(40);
        }
    }
}
