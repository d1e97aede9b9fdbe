package io.anchorstream.topology.embedding;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.ItemEmbedding;
import org.apache.kafka.streams.KeyValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class EmbedTopologyTest {
    private static final EmbedSettings SETTINGS = EmbedSettings.defaults(1);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path state;

    private final FakeModels models = new FakeModels();
    private final FakeEnds ends = new FakeEnds();

    @Test
    void keepsItemsThatArriveBeforeAnyModel() {
        try (EmbedBench bench = bench(SETTINGS)) {
            bench.item("a", 1);
            bench.flush(3);
            assertThat(bench.vectors()).isEmpty();

            models.promote(0, 0);
            bench.flush(2);

            ItemEmbedding vector = bench.vectors().get(0).value;
            assertThat(vector.getGeneration()).isZero();
            assertThat(vector.getModelVersion()).isZero();
            assertThat(vector.getDimension())
                    .isEqualTo(3)
                    .isEqualTo(vector.getVector().size());
            assertThat(vector.getLabel()).isEqualTo(1);
            assertThat(vector.getSourceOffset()).isEqualTo(1);
            assertThat(vector.getSourceTimestamp()).isEqualTo(1_001);
            assertThat(vector.getPreprocessing()).isEqualTo("p1");
            assertThat(vector.getRefresh()).isFalse();
        }
    }

    @Test
    void waitsForPictureAndLabelOfTheSameSource() {
        models.promote(0, 0);
        try (EmbedBench bench = bench(SETTINGS)) {
            bench.picture("a", 1);
            bench.flush(2);
            assertThat(bench.vectors()).isEmpty();
            bench.label("a", 1, 4);
            bench.picture("b", 3);
            bench.label("b", 2, 4);
            bench.flush(2);
            assertThat(bench.vectors()).extracting(it -> it.key).containsExactly("a");
            bench.label("b", 3, 4);
            bench.flush(2);
            assertThat(bench.vectors()).extracting(it -> it.key).containsExactly("b");
        }
    }

    @Test
    void anOlderLabelThatComesLaterTakesNothingAway() {
        models.promote(0, 0);
        try (EmbedBench bench = bench(SETTINGS)) {
            bench.picture("a", 1);
            bench.picture("a", 2);
            bench.label("a", 2, 4);
            bench.label("a", 1, 9);
            bench.flush(2);
            assertThat(bench.vectors())
                    .singleElement()
                    .matches(it -> it.value.getSourceOffset() == 2 && it.value.getLabel() == 4);
            models.promote(1, 1);
            bench.flush(20);
            assertThat(bench.vectors()).singleElement().matches(it -> it.value.getGeneration() == 1);
        }
    }

    @Test
    void aLabelsTombstoneThatComesLateTakesNothingFromAnItemThatWasAddedAgain() {
        models.promote(0, 0);
        try (EmbedBench bench = bench(SETTINGS)) {
            bench.item("a", 1);
            bench.flush(2);
            bench.label("a", 5, 4);
            bench.deletePicture("a");
            bench.picture("a", 5);
            bench.deleteLabel("a");
            bench.flush(2);
            assertThat(bench.vectors())
                    .extracting(it -> it.value == null ? -1L : it.value.getSourceOffset())
                    .containsExactly(1L, -1L, 5L);
        }
    }

    @Test
    void holdsCompletionBackWhileTheCatalogueIsEmpty() {
        models.promote(0, 0);
        try (EmbedBench bench = bench(SETTINGS)) {
            bench.flush(30);
            assertThat(bench.events())
                    .extracting(GenerationEvent::getState)
                    .containsExactly(GenerationState.OPENED, GenerationState.PROGRESS);

            add(bench, 3);
            bench.flush(60);
            GenerationEvent complete = only(bench.events(), GenerationState.COMPLETE);
            assertThat(complete.getItems()).isEqualTo(3).isEqualTo(complete.getEmbedded());
        }
    }

    @Test
    void completesNothingBeforeWhatWasThereAtThePromotionHasBeenRead() {
        ends.answer = CompletableFuture.completedFuture(new InputEnds.Ends(2, 2)); // three items
        models.promote(0, 0);
        try (EmbedBench bench = bench(SETTINGS)) {
            add(bench, 2);
            bench.flush(60);
            assertThat(bench.events()).extracting(GenerationEvent::getState).doesNotContain(GenerationState.COMPLETE);

            bench.item("item-02", 3);
            bench.flush(60);
            assertThat(only(bench.events(), GenerationState.COMPLETE).getEmbedded())
                    .isEqualTo(3);
        }
    }

    @Test
    void asksAgainWhereTheInputsEndWhenTheBrokerCouldNotSay() {
        ends.answer = CompletableFuture.failedFuture(new IllegalStateException("away"));
        models.promote(0, 0);
        try (EmbedBench bench = bench(SETTINGS)) {
            add(bench, 2);
            bench.flush(60);
            assertThat(bench.events()).extracting(GenerationEvent::getState).doesNotContain(GenerationState.COMPLETE);

            ends.answer = CompletableFuture.completedFuture(InputEnds.NONE);
            bench.flush(60);
            assertThat(only(bench.events(), GenerationState.COMPLETE).getEmbedded())
                    .isEqualTo(2);
        }
    }

    @Test
    void goesOnWithNewItemsWhileThePromotedModelLoads() {
        models.promote(0, 0);
        try (EmbedBench bench = bench(SETTINGS)) {
            add(bench, 3);
            bench.flush(40);
            bench.vectors();
            models.promote(1, 1);
            models.unload(1);
            bench.item("fresh", 100);
            bench.flush(2);
            assertThat(bench.vectors())
                    .extracting(it -> it.key + "/" + it.value.getGeneration())
                    .containsExactly("fresh/0");

            models.load(1);
            bench.flush(40);
            assertThat(only(bench.events(), 1, GenerationState.COMPLETE).getEmbedded())
                    .isEqualTo(4);
        }
    }

    @Test
    void refreshesEveryItemOnPromotionAndDeclaresCompletionOnce() {
        models.promote(0, 0);
        try (EmbedBench bench = bench(SETTINGS.withBatchSize(4))) {
            add(bench, 30);
            bench.flush(20);
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
            GenerationEvent complete = only(events, GenerationState.COMPLETE);
            assertThat(complete.getItems()).isEqualTo(30).isEqualTo(complete.getEmbedded());
            assertThat(complete.getSimilarityQuantiles()).hasSize(9).isSorted();
            assertThat(only(events, GenerationState.RETIRED).getGeneration()).isZero();
            assertThat(bench.progress.partitions().values()).singleElement().matches(EmbedProgress.Partition::done);
        }
    }

    @Test
    void embedsFreshItemsForTheGenerationInServiceAndTheOneBeingBuilt() {
        models.promote(0, 0);
        EmbedSettings slow = SETTINGS.withRefreshPerSecond(10);
        try (EmbedBench bench = bench(slow)) {
            add(bench, 30);
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
            assertThat(only(bench.events(), 1, GenerationState.COMPLETE).getEmbedded())
                    .isEqualTo(31);
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
                SETTINGS.sampleSize()))) {
            add(bench, 5);
            bench.flush(10); // done here; the other partition's report, and so COMPLETE, may be under way
            models.promote(1, 1);
            bench.flush(4);
            bench.vectors();

            bench.item("fresh", 100);
            bench.flush(1);

            assertThat(bench.vectors())
                    .extracting(it -> it.value.getGeneration())
                    .containsExactly(0L, 1L);
        }
    }

    @Test
    void neverResurrectsAnItemDeletedDuringARefresh() {
        models.promote(0, 0);
        try (EmbedBench bench = bench(SETTINGS.withRefreshPerSecond(20))) {
            add(bench, 20);
            bench.flush(10);
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
            GenerationEvent complete = only(bench.events(), 1, GenerationState.COMPLETE);
            assertThat(complete.getItems()).isEqualTo(18);
            assertThat(complete.getEmbedded()).isEqualTo(18);
        }
    }

    @Test
    void publishesNothingForWhatChangedWhileItsVectorWasComputed() {
        models.promote(0, 0);
        try (EmbedBench bench = bench(SETTINGS)) {
            add(bench, 10);
            bench.flush(40);
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
            assertThat(only(bench.events(), 1, GenerationState.COMPLETE).getEmbedded())
                    .isEqualTo(9);
        }
    }

    @Test
    void publishesNothingOfARefreshThatWasSupersededWhileItsVectorsWereComputed() {
        models.promote(0, 0);
        try (EmbedBench bench = bench(SETTINGS)) {
            add(bench, 10);
            bench.flush(40);
            Map<String, Double> untrained = new HashMap<>();
            bench.vectors().forEach(it -> untrained.put(it.key, degrees(it.value)));
            bench.held = true;
            models.promote(1, 1);
            bench.flush(2);
            models.promote(2, 2);
            bench.flush(1);
            bench.held = false;
            bench.release();
            bench.flush(60);

            List<KeyValue<String, ItemEmbedding>> log = bench.vectors();
            assertThat(log)
                    .hasSize(10)
                    .allMatch(it -> it.value.getGeneration() == 2 && it.value.getModelVersion() == 2);
            // The fake models turn each vector by one degree a version.
            assertThat(log).allSatisfy(it -> assertThat(degrees(it.value) - untrained.getOrDefault(it.key, 0.0))
                    .isCloseTo(2, within(0.01)));
        }
    }

    @Test
    void keepsTheCompleteGenerationUpToDateHoweverManyPromotionsOutrunTheRefresh() {
        models.promote(0, 0);
        try (EmbedBench bench = bench(SETTINGS)) {
            add(bench, 10);
            bench.flush(40);
            bench.held = true;
            for (long next = 1; next <= 20; next++) {
                models.promote(next, next);
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
    void resumesAHalfDoneRefreshAfterARestart() {
        models.promote(0, 0);
        Set<String> seen = new HashSet<>();
        Map<String, List<KeyValue<Object, Object>>> left;
        EmbedSettings slow = SETTINGS.withRefreshPerSecond(20);
        try (EmbedBench bench = bench(slow)) {
            add(bench, 40);
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
            assertThat(only(events, GenerationState.COMPLETE).getEmbedded()).isEqualTo(40);
        }
    }

    @Test
    void aNewerPromotionSupersedesARefresh() {
        models.promote(0, 0);
        try (EmbedBench bench = bench(SETTINGS.withRefreshPerSecond(20))) {
            add(bench, 30);
            bench.flush(10);
            models.promote(1, 1);
            bench.flush(15);
            models.promote(2, 2);
            bench.flush(150);

            List<GenerationEvent> events = bench.events();
            assertThat(events)
                    .filteredOn(it -> it.getState() == GenerationState.COMPLETE)
                    .extracting(GenerationEvent::getGeneration)
                    .containsExactly(0L, 2L);
            assertThat(events)
                    .filteredOn(it -> it.getState() == GenerationState.RETIRED)
                    .extracting(GenerationEvent::getGeneration)
                    .containsExactly(0L, 1L);
            bench.vectors();
            bench.item("later", 500);
            bench.flush(1);
            assertThat(bench.vectors())
                    .extracting(it -> it.value.getGeneration())
                    .containsExactly(2L);
        }
    }

    @Test
    void boundsInferenceByTheSlice() {
        models.promote(0, 0);
        try (EmbedBench bench = bench(SETTINGS.withBatchSize(8))) {
            add(bench, 200);
            models.onCall = () -> bench.clock.advance(Duration.ofMillis(100));
            bench.flush(1);
            assertThat(models.calls).isBetween(1, 3);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everyLiveItemHasOneVectorOfTheCompletedGenerationWhateverTheOrder(long seed) {
        Random random = new Random(seed);
        Map<String, Long> live = new HashMap<>();
        List<KeyValue<String, ItemEmbedding>> log = new ArrayList<>();
        List<GenerationEvent> events = new ArrayList<>();
        long offset = 0;
        long generation = 0;
        models.promote(0, 0);
        Map<String, List<KeyValue<Object, Object>>> left = Map.of();
        for (int life = 0; life < 3; life++) {
            try (EmbedBench bench =
                    bench(SETTINGS.withBatchSize(3).withRefreshPerSecond(60)).restored(left)) {
                for (int i = 0; i < 100; i++) {
                    String id = "item-" + random.nextInt(40);
                    int choice = random.nextInt(20);
                    if (choice < 9) {
                        bench.item(id, ++offset);
                        live.put(id, offset);
                    } else if (choice < 11) {
                        bench.deletePicture(id);
                        bench.deleteLabel(id);
                        live.remove(id);
                    } else if (choice == 11) {
                        generation++;
                        models.promote(generation, generation);
                    } else {
                        bench.held = random.nextBoolean();
                        bench.flush(1);
                        if (random.nextInt(3) == 0) {
                            bench.release();
                        }
                    }
                }
                bench.held = false;
                bench.release();
                if (life == 2) {
                    bench.flush(100);
                }
                log.addAll(bench.vectors());
                events.addAll(bench.events());
                left = bench.changelogs();
            }
        }
        Map<String, ItemEmbedding> last = new HashMap<>();
        Set<String> once = new HashSet<>();
        for (KeyValue<String, ItemEmbedding> it : log) {
            last.put(it.key, it.value);
            if (it.value != null) {
                assertThat(once.add(it.key + "@" + it.value.getSourceOffset() + "/" + it.value.getGeneration()))
                        .as("each item, source and generation once: %s", it)
                        .isTrue();
            }
        }
        last.values().removeIf(it -> it == null);
        assertThat(last.keySet()).isEqualTo(live.keySet());
        long newest = generation;
        last.forEach((id, vector) -> {
            assertThat(vector.getSourceOffset()).isEqualTo(live.get(id));
            assertThat(vector.getGeneration()).isEqualTo(newest);
        });
        assertThat(events)
                .filteredOn(it -> it.getState() == GenerationState.COMPLETE)
                .extracting(GenerationEvent::getGeneration)
                .doesNotHaveDuplicates()
                .contains(newest);
        GenerationEvent complete = only(events, newest, GenerationState.COMPLETE);
        assertThat(complete.getEmbedded()).isEqualTo(complete.getItems());
    }

    @Test
    void isNamedThroughout() {
        try (EmbedBench bench = bench(SETTINGS)) {
            assertThat(bench.description).isEqualTo(Golden.read("embed-topology.txt"));
        }
    }

    private static double degrees(ItemEmbedding embedding) {
        List<Float> vector = embedding.getVector();
        return Math.toDegrees(Math.atan2(vector.get(1), vector.get(0)));
    }

    private EmbedBench bench(EmbedSettings settings) {
        return new EmbedBench(state, models, ends, settings);
    }

    private static void add(EmbedBench bench, int items) {
        for (int i = 0; i < items; i++) {
            bench.item("item-%02d".formatted(i), i + 1);
        }
    }

    private static GenerationEvent only(List<GenerationEvent> events, GenerationState state) {
        List<GenerationEvent> found =
                events.stream().filter(it -> it.getState() == state).toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    private static GenerationEvent only(List<GenerationEvent> events, long generation, GenerationState state) {
        return only(
                events.stream().filter(it -> it.getGeneration() == generation).toList(), state);
    }
}
