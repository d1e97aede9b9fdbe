package io.anchorstream.topology.embedding;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;

import io.anchorstream.avro.CanonicalItem;
import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.ItemEmbedding;
import io.anchorstream.avro.WeakLabel;
import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.schemas.registry.RegistryConfig;
import io.anchorstream.schemas.registry.SchemaRegistry;
import io.anchorstream.schemas.topics.TopicSizing;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.topology.pacing.ManualClock;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ValueAndTimestamp;

import static org.assertj.core.api.Assertions.assertThat;

/** The embed topology under test: one partition, a fake model, a clock that stands still unless moved. */
final class EmbedBench implements AutoCloseable {
    private static final Map<String, String> SERDE = Map.of("schema.registry.url", "mock://embed-topology");

    private static final String[] STORES = {
        ItemShelf.PICTURES,
        ItemShelf.MARKS,
        ItemShelf.DUE,
        ItemShelf.COUNTS,
        ItemShelf.REFRESH,
        VectorShelf.STORE,
        VectorSample.STORE,
        DeclareGenerations.REPORTS,
        DeclareGenerations.LEDGER
    };

    final FakeModels models;
    final EmbedProgress progress = new EmbedProgress();
    final ManualClock clock = new ManualClock();
    final FakeEnds ends;
    final String description;
    /** Whether the inference of refreshes waits until {@link #release}. */
    boolean held;

    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private final Map<String, List<KeyValue<Object, Object>>> left = new HashMap<>();
    private final TestInputTopic<String, String> restore;
    private final TestInputTopic<String, GenerationEvent> generationLog;
    private final TopologyTestDriver driver;
    private final TestInputTopic<String, CanonicalItem> images;
    private final TestInputTopic<String, WeakLabel> labels;
    private final TestOutputTopic<String, ItemEmbedding> embeddings;
    private final TestOutputTopic<String, GenerationEvent> generations;

    EmbedBench(Path state, FakeModels models, FakeEnds ends, EmbedSettings settings) {
        this.models = models;
        this.ends = ends;
        Topics catalogue = Topics.create("", TopicSizing.defaults());
        EmbedTopics topics = EmbedTopics.of(catalogue, SERDE, SchemaRegistry.open(RegistryConfig.from(SERDE)));
        Topology topology = EmbedTopology.build(settings, topics, models, ends, this::run, progress, clock);
        description = topology.describe().toString();
        topology.addSource("restore", new StringDeserializer(), new StringDeserializer(), "restore")
                .addProcessor("restorer", Restorer::new, "restore")
                .connectProcessorAndStateStores("restorer", STORES);
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "embed");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
        config.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        driver = new TopologyTestDriver(topology, config, clock.instant());
        restore = driver.createInputTopic("restore", new StringSerializer(), new StringSerializer());
        generationLog = driver.createInputTopic(
                topics.generations(),
                new StringSerializer(),
                topics.generationSerde().serializer());
        images = driver.createInputTopic(
                topics.images(), new StringSerializer(), topics.imageSerde().serializer());
        labels = driver.createInputTopic(
                topics.labels(), new StringSerializer(), topics.labelSerde().serializer());
        embeddings = driver.createOutputTopic(
                topics.embeddings(),
                new StringDeserializer(),
                topics.embeddingSerde().deserializer());
        generations = driver.createOutputTopic(
                topics.generations(),
                new StringDeserializer(),
                topics.generationSerde().deserializer());
    }

    private void run(Runnable work) {
        waiting.add(work);
        if (!held) {
            release();
        }
    }

    /** Computes what was ordered while {@link #held}. */
    void release() {
        while (!waiting.isEmpty()) {
            waiting.remove().run();
        }
    }

    /** What the stores' changelogs would hold; the driver wipes its directory when it is closed. */
    Map<String, List<KeyValue<Object, Object>>> changelogs() {
        Map<String, List<KeyValue<Object, Object>>> contents = new HashMap<>();
        driver.getAllStateStores().forEach((name, store) -> {
            List<KeyValue<Object, Object>> rows = new ArrayList<>();
            KeyValueStore<Object, Object> typed = store(name);
            try (KeyValueIterator<Object, Object> all = typed.all()) {
                all.forEachRemaining(rows::add);
            }
            contents.put(name, rows);
        });
        return contents;
    }

    /** Brings the stores to where another instance left them. */
    EmbedBench restored(Map<String, List<KeyValue<Object, Object>>> changelogs) {
        left.putAll(changelogs);
        restore.pipeInput("all", "now");
        changelogs
                .getOrDefault(EmbedItems.GENERATIONS, List.of())
                .forEach(row -> generationLog.pipeInput(
                        (String) row.key, (GenerationEvent) ((ValueAndTimestamp<?>) row.value).value()));
        return this;
    }

    /** Writes what {@link #restored} was given; only a processor may write to stores. */
    private final class Restorer extends ContextualProcessor<String, String, Void, Void> {
        @Override
        public void process(Record<String, String> record) {
            for (String name : STORES) {
                KeyValueStore<Object, Object> store = context().getStateStore(name);
                left.getOrDefault(name, List.of()).forEach(row -> store.put(row.key, row.value));
            }
        }
    }

    @SuppressWarnings("unchecked") // rows go back to the store that they came from
    private KeyValueStore<Object, Object> store(String name) {
        return (KeyValueStore<Object, Object>)
                Objects.requireNonNull(driver.getAllStateStores().get(name));
    }

    void picture(String id, long offset) {
        byte[] rgb = {(byte) Math.floorMod(id.hashCode(), 50), (byte) offset, 0};
        images.pipeInput(
                id,
                CanonicalItem.newBuilder()
                        .setImage(ByteBuffer.wrap(new CanonicalImage(1, rgb).toBytes()))
                        .setPreprocessing("p1")
                        .setSourcePartition(0)
                        .setSourceOffset(offset)
                        .setSourceTimestamp(1_000 + offset)
                        .build());
    }

    void label(String id, long offset, long label) {
        labels.pipeInput(
                id,
                WeakLabel.newBuilder()
                        .setLabel(label)
                        .setSourcePartition(0)
                        .setSourceOffset(offset)
                        .build());
    }

    void item(String id, long offset) {
        picture(id, offset);
        label(id, offset, offset % 7);
    }

    /** So many items, {@code item-00} and on. */
    void add(int items) {
        for (int i = 0; i < items; i++) {
            item("item-%02d".formatted(i), i + 1);
        }
    }

    void deletePicture(String id) {
        images.pipeInput(id, (CanonicalItem) null);
    }

    void deleteLabel(String id) {
        labels.pipeInput(id, (WeakLabel) null);
    }

    /** So many punctuations. */
    void flush(int times) {
        for (int i = 0; i < times; i++) {
            clock.pass(Duration.ofMillis(50));
            driver.advanceWallClockTime(Duration.ofMillis(50));
        }
    }

    List<KeyValue<String, ItemEmbedding>> vectors() {
        return embeddings.readKeyValuesToList();
    }

    /** Without the tombstones. */
    List<GenerationEvent> events() {
        return generations.readValuesToList().stream().filter(Objects::nonNull).toList();
    }

    /** What another partition's reports led to. */
    void declared(GenerationEvent event) {
        generationLog.pipeInput(Long.toString(event.getGeneration()), event);
    }

    /** Where the vector points: the fake models turn it by one degree a version. */
    static double degrees(ItemEmbedding embedding) {
        List<Float> vector = embedding.getVector();
        return Math.toDegrees(Math.atan2(vector.get(1), vector.get(0)));
    }

    /** Where the vector of that version should point. */
    static double degrees(String id, long version) {
        return Math.floorMod(id.hashCode(), 50) + (double) version;
    }

    /** The one event with this state. */
    static GenerationEvent only(List<GenerationEvent> events, GenerationState state) {
        List<GenerationEvent> found =
                events.stream().filter(it -> it.getState() == state).toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    static GenerationEvent only(List<GenerationEvent> events, long generation, GenerationState state) {
        return only(
                events.stream().filter(it -> it.getGeneration() == generation).toList(), state);
    }

    /** The generations that got there, in order. */
    static List<Long> generations(List<GenerationEvent> events, GenerationState state) {
        return events.stream()
                .filter(it -> it.getState() == state)
                .map(GenerationEvent::getGeneration)
                .toList();
    }

    @Override
    public void close() {
        driver.close();
    }
}
