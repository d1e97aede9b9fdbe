package io.anchorstream.service.pipeline;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

import com.fasterxml.jackson.databind.JsonNode;
import io.anchorstream.avro.CatalogItem;
import io.anchorstream.schemas.serde.AvroSerde;
import io.anchorstream.service.http.SearchPage;
import io.anchorstream.service.run.Cluster;
import io.anchorstream.service.run.Role;
import io.anchorstream.service.run.ServiceProcess;
import io.anchorstream.topology.streams.DeadLetterHeaders;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Everything that can be wrong with an item, sent to all roles on a real broker. */
class BadInputIT {
    private static final int GOOD = 12;
    private static final byte[] UNKNOWN_SCHEMA = {0, 0x7f, 0, 0, 1, 2, 3};

    private final Path data;
    private final RolesBench bench = new RolesBench(BadInputIT.class, 2, Map.of());
    private final Cluster cluster = bench.cluster;
    private final AvroSerde<CatalogItem> items = cluster.serde(CatalogItem.class);

    BadInputIT(@TempDir Path data) {
        this.data = data;
    }

    @Test
    void becomesDeadLettersWithReasonsWhileGoodItemsComeThrough() throws Exception {
        try (ServiceProcess process = new ServiceProcess();
                Producer<String, byte[]> producer = producer()) {
            SearchPage page =
                    bench.start(process, EnumSet.allOf(Role.class), data).page().orElseThrow();
            PageClient client = new PageClient(page.address());
            item(producer, "early", item -> {});
            send(producer, "no-avro", "{\"title\": \"json\"}".getBytes(StandardCharsets.UTF_8));
            send(producer, "unknown", UNKNOWN_SCHEMA);
            item(producer, "bomb", item -> item.setImage(ByteBuffer.wrap(BadPictures.bomb())));
            item(producer, "truncated", item -> item.setImage(ByteBuffer.wrap(BadPictures.truncated())));
            item(producer, "no-image", item -> item.setImage(null));
            item(producer, "long", item -> item.setDescription("x".repeat(1_000_000)));
            item(producer, "no-text", item -> item.setTitle("").setDescription(""));
            for (int i = 1; i < GOOD; i++) {
                byte[] picture = BadPictures.sound(i);
                item(producer, "late-" + i, item -> item.setImage(ByteBuffer.wrap(picture)));
            }

            Awaitility.await("good items are searchable, bad ones counted")
                    .atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> {
                        JsonNode pipeline = client.get("/api/pipeline");
                        assertThat(pipeline.get("embedded").asInt()).isEqualTo(GOOD + 1);
                        assertThat(pipeline.get("deadLetters").get("count").asInt())
                                .isEqualTo(6);
                    });
            JsonNode pipeline = client.get("/api/pipeline");
            assertThat(pipeline.get("deadLetters").get("byReason").toString())
                    .contains(
                            "\"undecodable\":2",
                            "\"image-too-many-pixels\":1",
                            "\"image-truncated\":1",
                            "\"no-image\":1",
                            "\"description-too-long\":1");
            assertThat(client.get("/api/item?id=no-text").get("label").asText()).isEqualTo("-1");
            assertThat(client.get("/health/ready").get("ok").asBoolean()).isTrue();
        }
        lettersCarryTheirReasonAndTheOriginalBytes();
    }

    @Test
    void aPictureBeyondTheTopicsLimitIsRefusedByTheBrokerItself() {
        try (Producer<String, byte[]> producer = producer()) {
            assertThatThrownBy(
                            () -> item(producer, "huge", item -> item.setImage(ByteBuffer.wrap(new byte[50_000_000]))))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(RecordTooLargeException.class);
        }
    }

    private void lettersCarryTheirReasonAndTheOriginalBytes() {
        try (org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> reader = cluster.rawReader()) {
            String topic = cluster.topics().deadLetters().name();
            reader.assign(reader.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList());
            reader.seekToBeginning(reader.assignment());
            List<ConsumerRecord<byte[], byte[]>> letters = new ArrayList<>();
            Awaitility.await("dead letters").atMost(Duration.ofSeconds(20)).until(() -> {
                reader.poll(Duration.ofMillis(100)).forEach(letters::add);
                return letters.size() == 6;
            });
            assertThat(letters).allSatisfy(letter -> {
                assertThat(header(letter, DeadLetterHeaders.REASON)).isNotEmpty();
                assertThat(header(letter, DeadLetterHeaders.DETAIL)).isNotEmpty();
                assertThat(header(letter, DeadLetterHeaders.TOPIC))
                        .isEqualTo(cluster.topics().catalogItems().name());
                assertThat(header(letter, DeadLetterHeaders.OFFSET)).containsOnlyDigits();
            });
            assertThat(letters)
                    .filteredOn(letter -> new String(letter.key(), StandardCharsets.UTF_8).equals("unknown"))
                    .singleElement()
                    .satisfies(letter -> assertThat(letter.value()).isEqualTo(UNKNOWN_SCHEMA));
        }
    }

    private static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
        return new String(letter.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private Producer<String, byte[]> producer() {
        Map<String, Object> config = cluster.clientConfig();
        config.put("max.request.size", 100_000_000);
        config.put("buffer.memory", 200_000_000L);
        return new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
    }

    private void item(Producer<String, byte[]> producer, String id, Consumer<CatalogItem.Builder> change)
            throws Exception {
        CatalogItem.Builder item = CatalogItem.newBuilder()
                .setTitle("lamp")
                .setDescription("a lamp that stands on a desk")
                .setImage(ByteBuffer.wrap(BadPictures.sound(99)));
        change.accept(item);
        send(
                producer,
                id,
                items.serializer().serialize(cluster.topics().catalogItems().name(), item.build()));
    }

    private void send(Producer<String, byte[]> producer, String id, byte[] value) throws Exception {
        producer.send(new ProducerRecord<>(cluster.topics().catalogItems().name(), id, value))
                .get();
    }
}
