package io.anchorstream.topology.embedding;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.RefreshReport;
import io.anchorstream.schemas.registry.RegistryConfig;
import io.anchorstream.schemas.registry.SchemaRegistry;
import io.anchorstream.schemas.topics.TopicSizing;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.topology.versions.VersionLife;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class DeclareGenerationsTest {
    private static final Map<String, String> SERDE = Map.of("schema.registry.url", "mock://declare-generations");

    private final EmbedTopics topics = EmbedTopics.of(
            Topics.create("", TopicSizing.defaults()), SERDE, SchemaRegistry.open(RegistryConfig.from(SERDE)));
    private final MockProcessorContext<String, GenerationEvent> context = new MockProcessorContext<>();
    private final DeclareGenerations declare =
            new DeclareGenerations(EmbedSettings.defaults(2), Clock.fixed(Instant.ofEpochMilli(1_000), ZoneOffset.UTC));

    @BeforeEach
    void openStores() {
        context.addStateStore(Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore(DeclareGenerations.REPORTS), Serdes.String(), topics.reportSerde())
                .withLoggingDisabled()
                .build());
        context.addStateStore(Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore(DeclareGenerations.LEDGER),
                        Serdes.String(),
                        topics.generationSerde())
                .withLoggingDisabled()
                .build());
        context.<StateStore>getStateStore(DeclareGenerations.REPORTS)
                .init(context.getStateStoreContext(), context.getStateStore(DeclareGenerations.REPORTS));
        context.<StateStore>getStateStore(DeclareGenerations.LEDGER)
                .init(context.getStateStoreContext(), context.getStateStore(DeclareGenerations.LEDGER));
        declare.init(context);
    }

    @Test
    void completesWithAnEmptyPartitionOnceAnotherHasItems() {
        report(0, 0, 0, 0, true);
        report(0, 1, 0, 0, true);
        assertThat(states()).doesNotContain(GenerationState.COMPLETE);

        report(0, 1, 3, 3, true);
        assertThat(states()).containsOnlyOnce(GenerationState.COMPLETE);
        GenerationEvent complete = events().get(events().size() - 1);
        assertThat(complete.getItems()).isEqualTo(3).isEqualTo(complete.getEmbedded());
    }

    @Test
    void waitsForThePartitionThatIsNotDone() {
        report(0, 0, 5, 5, true);
        assertThat(states()).containsExactly(GenerationState.OPENED, GenerationState.PROGRESS);
        report(0, 1, 5, 2, false);
        assertThat(states()).doesNotContain(GenerationState.COMPLETE);
        report(0, 1, 5, 5, true);
        assertThat(states()).contains(GenerationState.COMPLETE);
    }

    @Test
    void neverCompletesWhatALaterGenerationSupersedes() {
        report(0, 0, 5, 5, true);
        report(1, 0, 5, 5, true);
        report(0, 1, 5, 5, true);
        assertThat(states()).doesNotContain(GenerationState.COMPLETE);
        report(1, 1, 5, 5, true);
        assertThat(events())
                .filteredOn(event -> event.getState() == GenerationState.COMPLETE)
                .singleElement()
                .satisfies(event -> assertThat(event.getGeneration()).isEqualTo(1));
    }

    @Test
    void keepsNoMoreThanTheNewestOfWhatIsRetired() {
        for (int generation = 0; generation < 80; generation++) {
            report(generation, 0, 5, 5, generation % 3 > 0);
            report(generation, 1, 5, 5, true);
        }
        Map<String, GenerationEvent> topic = new HashMap<>();
        context.forwarded().forEach(forward -> {
            if (forward.record().value() == null) {
                topic.remove(forward.record().key());
            } else {
                topic.put(forward.record().key(), forward.record().value());
            }
        });
        assertThat(topic)
                .hasSize(50 + 3)
                .containsKeys("79", "79/0", "79/1", "78", "29")
                .doesNotContainKeys("28", "78/0");
        assertThat(topic.get("79"))
                .matches(event -> event.getState() == GenerationState.COMPLETE && event.getOpenedTimestamp() == 1_000);
        assertThat(topic.get("78")).matches(event -> event.getState() == GenerationState.RETIRED && !event.getDone());
    }

    @Test
    void ignoresAPartitionBeyondTheConfiguredOnes() {
        report(0, 7, 5, 5, true);
        assertThat(events()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whateverIsReportedInWhateverOrderEachGenerationLivesByTheTable(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            int items = random.nextInt(4);
            report(
                    random.nextInt(1 + i / 20),
                    random.nextInt(3),
                    items,
                    random.nextInt(1 + items),
                    random.nextBoolean());
        }
        Map<Long, GenerationState> now = new HashMap<>();
        for (GenerationEvent event : events()) {
            if (event.getState() != GenerationState.PROGRESS) {
                GenerationState before = now.put(event.getGeneration(), event.getState());
                assertThat(
                                before == null
                                        ? event.getState() == GenerationState.OPENED
                                        : VersionLife.allows(before, event.getState()))
                        .as("%s after %s", event, before)
                        .isTrue();
            }
        }
        assertThat(now.values()).contains(GenerationState.COMPLETE);
    }

    private void report(long generation, int partition, long items, long embedded, boolean done) {
        declare.process(new Record<>(
                Integer.toString(partition),
                RefreshReport.newBuilder()
                        .setGeneration(generation)
                        .setModelVersion(generation)
                        .setPartition(partition)
                        .setItems(items)
                        .setEmbedded(embedded)
                        .setDone(done)
                        .setSample(List.of())
                        .build(),
                1_000));
    }

    private List<GenerationState> states() {
        return events().stream().map(GenerationEvent::getState).toList();
    }

    private List<GenerationEvent> events() {
        return context.forwarded().stream()
                .<GenerationEvent>map(forward -> forward.record().value())
                .filter(Objects::nonNull)
                .toList();
    }
}
