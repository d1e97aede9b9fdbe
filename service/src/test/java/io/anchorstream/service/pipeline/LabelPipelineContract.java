package io.anchorstream.service.pipeline;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.image.ImageDecoder;
import io.anchorstream.model.image.ImageLimits;
import io.anchorstream.model.text.HashedTextEncoder;
import io.anchorstream.schemas.serde.AvroSerde;
import io.anchorstream.schemas.topics.TopicAdmin;
import io.anchorstream.schemas.topics.TopicSizing;
import io.anchorstream.schemas.topics.TopicSpec;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.topology.labelling.Fetching;
import io.anchorstream.topology.labelling.LabelSettings;
import io.anchorstream.topology.labelling.LabelTopology;
import io.anchorstream.topology.pacing.Lateness;
import io.anchorstream.topology.streams.DeadLetterHeaders;
import io.anchorstream.topology.streams.StreamsSettings;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the label role owes whoever runs it, on any broker and registry: exactly-once, across a restart, with bad input.
 * One body for the embedded broker and for containers.
 */
public abstract class LabelPipelineContract {
    private static final int IMAGE_SIZE = 32;

    private final Path state;
    private final Map<String, Object> connection;
    private final String prefix;
    private final Topics topics;
    private final KafkaProducer<String, byte[]> producer;
    private final AvroSerde<CatalogItem> items;

    /**
     * @param connection {@code bootstrap.servers} and {@code schema.registry.url}
     * @param prefix of topics that nobody else uses
     */
    protected LabelPipelineContract(Path state, Map<String, Object> connection, String prefix) {
        this.state = state;
        this.connection = connection;
        this.prefix = prefix;
        this.topics = Topics.create(prefix, TopicSizing.of(2, 2));
        this.producer = new KafkaProducer<>(connection, new StringSerializer(), new ByteArraySerializer());
        this.items = AvroSerde.of(CatalogItem.class, connection);
    }

    @BeforeEach
    void createTopics() {
        try (Admin admin = Admin.create(connection)) {
            TopicAdmin.ensure(admin, topics, (short) 1);
        }
    }

    @AfterEach
    void closeProducer() {
        producer.close();
    }

    @Test
    void accountsForEveryItemAcrossARestartAndRefusesWhatCannotBeRead() throws Exception {
        try (Running first = start()) {
            for (int i = 0; i < 100; i++) {
                send("item-" + i, item(i));
            }
            produce("junk", utf8("no avro"));
            produce("unknown", new byte[] {0, 0x7f, 0, 0, 1, 2, 3});
            first.awaitAll(topics.catalogLabels(), 100);
        }
        try (Running second = start()) {
            for (int i = 50; i < 150; i++) {
                send("item-" + i, item(i));
            }
            produce("item-0", null);
            second.awaitAll(topics.catalogLabels(), 201);
            Map<String, Integer> images = new HashMap<>();
            for (ConsumerRecord<String, byte[]> image : second.awaitAll(topics.catalogImages(), 201)) {
                images.merge(image.key(), 1, Integer::sum);
            }
            assertThat(images).hasSize(150).containsEntry("item-0", 2).containsEntry("item-60", 2);
            assertThat(second.awaitAll(topics.trainingBatches(), 5)).isNotEmpty();

            List<ConsumerRecord<String, byte[]>> letters = second.awaitAll(topics.deadLetters(), 2);
            assertThat(letters)
                    .extracting(letter -> letter.key() + " " + header(letter, DeadLetterHeaders.REASON))
                    .containsExactlyInAnyOrder("junk undecodable", "unknown undecodable");
            assertThat(letters)
                    .filteredOn(letter -> letter.key().equals("junk"))
                    .singleElement()
                    .satisfies(letter -> assertThat(letter.value()).isEqualTo(utf8("no avro")));
        }
    }

    private void send(String id, CatalogItem item) throws Exception {
        produce(id, items.serializer().serialize(topics.catalogItems().name(), item));
    }

    private void produce(String id, byte @Nullable [] value) throws Exception {
        producer.send(new ProducerRecord<>(topics.catalogItems().name(), id, value))
                .get();
    }

    private Running start() {
        Properties properties = StreamsSettings.of(
                        prefix + "label",
                        String.valueOf(connection.get("bootstrap.servers")),
                        state,
                        topics.deadLetters().name())
                .toProperties();
        KafkaStreams streams = new KafkaStreams(
                LabelTopology.build(
                        LabelSettings.defaults(2),
                        topics,
                        connection,
                        new ImageDecoder(ImageLimits.defaults(), IMAGE_SIZE),
                        new HashedTextEncoder(),
                        new Lateness(Clock.systemUTC()),
                        Fetching.none()),
                properties);
        streams.start();
        return new Running(streams, connection);
    }

    private static CatalogItem item(int number) {
        byte[] rgb = new byte[IMAGE_SIZE * IMAGE_SIZE * 3];
        Arrays.fill(rgb, (byte) number);
        int kind = number % 12;
        return CatalogItem.newBuilder()
                .setTitle("thing of kind k" + kind)
                .setDescription("a k" + kind + " made of m" + kind + " for u" + kind)
                .setImage(ByteBuffer.wrap(new CanonicalImage(IMAGE_SIZE, rgb).toBytes()))
                .build();
    }

    private static String header(ConsumerRecord<?, ?> letter, String name) {
        return new String(letter.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private record Running(KafkaStreams streams, Map<String, Object> connection) implements AutoCloseable {

        /** Reads the committed records of a topic until there are {@code expected} or more. */
        List<ConsumerRecord<String, byte[]>> awaitAll(TopicSpec topic, int expected) {
            Map<String, Object> config = new HashMap<>(connection);
            config.put("isolation.level", "read_committed");
            try (KafkaConsumer<String, byte[]> consumer =
                    new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
                consumer.assign(consumer.partitionsFor(topic.name()).stream()
                        .map(p -> new TopicPartition(p.topic(), p.partition()))
                        .toList());
                consumer.seekToBeginning(consumer.assignment());
                List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
                Awaitility.await("records on " + topic.name())
                        .atMost(60, TimeUnit.SECONDS)
                        .untilAsserted(() -> {
                            consumer.poll(Duration.ofMillis(100)).forEach(records::add);
                            assertThat(records).hasSizeGreaterThanOrEqualTo(expected);
                        });
                return records;
            }
        }

        @Override
        public void close() {
            assertThat(streams.close(CloseOptions.timeout(Duration.ofSeconds(30))
                            .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP)))
                    .isTrue();
        }
    }
}
