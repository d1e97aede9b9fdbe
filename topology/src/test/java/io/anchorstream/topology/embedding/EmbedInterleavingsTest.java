package io.anchorstream.topology.embedding;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.ItemEmbedding;
import org.apache.kafka.streams.KeyValue;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class EmbedInterleavingsTest extends EmbedFixture {
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
                        if (random.nextBoolean()) {
                            models.order(random.nextLong(generation), generation); // a return
                        } else {
                            models.promote(generation, generation);
                        }
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
                    bench.flush(200);
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
                assertThat(it.value.getVector().get(2)).isEqualTo((byte) it.value.getSourceOffset() / 1_000f);
                assertThat(EmbedBench.degrees(it.value))
                        .isCloseTo(EmbedBench.degrees(it.key, it.value.getModelVersion()), within(0.01));
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
        GenerationEvent complete = EmbedBench.only(events, newest, GenerationState.COMPLETE);
        assertThat(complete.getEmbedded()).isEqualTo(complete.getItems());
    }
}
