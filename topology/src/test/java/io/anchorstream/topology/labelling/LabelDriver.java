package io.anchorstream.topology.labelling;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import io.anchorstream.avro.CanonicalItem;
import io.anchorstream.avro.CatalogItem;
import io.anchorstream.avro.HoldoutItem;
import io.anchorstream.avro.LabelAlias;
import io.anchorstream.avro.MiniBatch;
import io.anchorstream.avro.WeakLabel;
import io.anchorstream.model.image.ImageDecoder;
import io.anchorstream.model.image.ImageLimits;
import io.anchorstream.model.text.HashedTextEncoder;
import io.anchorstream.model.text.TextEncoder;
import io.anchorstream.schemas.serde.AvroSerde;
import io.anchorstream.schemas.topics.TopicSizing;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.topology.batching.BatchSettings;
import io.anchorstream.topology.pacing.Lateness;
import io.anchorstream.topology.streams.DeadLetterHeaders;
import io.anchorstream.topology.streams.StreamsSettings;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/** The whole label topology on the test driver, with hashed text and small pictures. */
final class LabelDriver implements AutoCloseable {
    static final int IMAGE_SIZE = 16;

    private final Topics topics = Topics.create("", TopicSizing.of(1, 1));
    private final Map<String, ?> serdeConfig;
    private final TopologyTestDriver driver;
    private final TestInputTopic<String, byte[]> items;
    final Topology topology;

    LabelDriver(LabelSettings settings, Path stateDirectory, String scope) {
        this(
                settings,
                stateDirectory,
                Map.of("schema.registry.url", "mock://" + scope),
                new ImageDecoder(ImageLimits.defaults(), IMAGE_SIZE));
    }

    LabelDriver(LabelSettings settings, Path stateDirectory, Map<String, ?> serdeConfig, ImageDecoder decoder) {
        this(settings, stateDirectory, serdeConfig, decoder, new HashedTextEncoder(), Fetching.none());
    }

    LabelDriver(
            LabelSettings settings,
            Path stateDirectory,
            Map<String, ?> serdeConfig,
            ImageDecoder decoder,
            TextEncoder encoder,
            Fetching fetching) {
        this.serdeConfig = serdeConfig;
        topology = LabelTopology.build(
                settings, topics, serdeConfig, decoder, encoder, new Lateness(Clock.systemUTC()), fetching);
        Properties properties = StreamsSettings.of(
                        "label-test",
                        "nowhere:1",
                        stateDirectory,
                        topics.deadLetters().name())
                .toProperties();
        driver = new TopologyTestDriver(topology, properties, Instant.ofEpochMilli(0));
        items = driver.createInputTopic(
                topics.catalogItems().name(), new StringSerializer(), new ByteArraySerializer());
    }

    /** Small batches that leave soon, and no flush by the clock. */
    static LabelSettings settings() {
        LabelSettings defaults = LabelSettings.defaults(1);
        return new LabelSettings(
                defaults.text(),
                defaults.functions(),
                defaults.clustering(),
                new HoldoutRule(20),
                new BatchSettings(4, 2, 2, 0, 8, Duration.ZERO, 7),
                1);
    }

    void send(String id, CatalogItem item) {
        items.pipeInput(
                id,
                AvroSerde.of(CatalogItem.class, serdeConfig)
                        .serializer()
                        .serialize(topics.catalogItems().name(), item),
                1_000);
    }

    void sendBytes(@Nullable String id, byte[] value) {
        items.pipeInput(new TestRecord<>(id, value));
    }

    void delete(String id) {
        items.pipeInput(new TestRecord<>(id, null));
    }

    void pass(Duration time) {
        driver.advanceWallClockTime(time);
    }

    List<KeyValue<String, CanonicalItem>> images() {
        return read(topics.catalogImages().name(), CanonicalItem.class);
    }

    List<KeyValue<String, WeakLabel>> labels() {
        return read(topics.catalogLabels().name(), WeakLabel.class);
    }

    List<KeyValue<String, LabelAlias>> aliases() {
        return read(topics.labelAliases().name(), LabelAlias.class);
    }

    List<KeyValue<String, HoldoutItem>> holdout() {
        return read(topics.trainingHoldout().name(), HoldoutItem.class);
    }

    List<KeyValue<String, MiniBatch>> batches() {
        return read(topics.trainingBatches().name(), MiniBatch.class);
    }

    List<KeyValue<String, byte[]>> batchBytes() {
        return driver.createOutputTopic(
                        topics.trainingBatches().name(), new StringDeserializer(), new ByteArrayDeserializer())
                .readKeyValuesToList();
    }

    List<DeadLetter> deadLetters() {
        TestOutputTopic<String, byte[]> topic = driver.createOutputTopic(
                topics.deadLetters().name(), new StringDeserializer(), new ByteArrayDeserializer());
        return topic.readRecordsToList().stream().map(DeadLetter::of).toList();
    }

    KeyValueStore<Bytes, byte[]> labelStore() {
        return driver.getKeyValueStore(LabelTopology.LABELS_STORE);
    }

    @Override
    public void close() {
        driver.close();
    }

    private <T extends SpecificRecord> List<KeyValue<String, T>> read(String topic, Class<T> type) {
        return driver.createOutputTopic(
                        topic,
                        new StringDeserializer(),
                        AvroSerde.of(type, serdeConfig).deserializer())
                .readKeyValuesToList();
    }

    @SuppressWarnings("ArrayRecordComponent") // compared by AssertJ field by field
    record DeadLetter(@Nullable String key, byte[] value, String reason, String detail, long offset) {

        static DeadLetter of(TestRecord<String, byte[]> letter) {
            return new DeadLetter(
                    letter.key(),
                    letter.value(),
                    header(letter, DeadLetterHeaders.REASON),
                    header(letter, DeadLetterHeaders.DETAIL),
                    Long.parseLong(header(letter, DeadLetterHeaders.OFFSET)));
        }

        private static String header(TestRecord<String, byte[]> letter, String name) {
            return new String(letter.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
        }
    }
}
