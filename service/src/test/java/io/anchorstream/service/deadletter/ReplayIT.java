package io.anchorstream.service.deadletter;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.anchorstream.schemas.topics.TopicAdmin;
import io.anchorstream.schemas.topics.TopicSizing;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.service.embedded.SharedKafka;
import io.anchorstream.topology.streams.DeadLetterHeaders;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ReplayIT {
    private final Topics topics = Topics.create(SharedKafka.prefix(ReplayIT.class), TopicSizing.of(2, 1));
    private final KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(SharedKafka.clientConfig(), new ByteArraySerializer(), new ByteArraySerializer());
    private final KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(readCommitted(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    private final DeadLetterTopic letters =
            new DeadLetterTopic(consumer, topics.deadLetters().name(), Duration.ofSeconds(20));

    @BeforeEach
    void createTopics() {
        try (Admin admin = SharedKafka.admin()) {
            TopicAdmin.ensure(admin, topics, (short) 1);
        }
    }

    @AfterEach
    void close() {
        producer.close();
        consumer.close();
    }

    @Test
    void sendsTheOriginalBytesWithTheirOwnHeadersToWhereTheyCameFrom() throws Exception {
        refuse("a", "one");

        List<Replay.Outcome> outcomes = new Replay(consumer, producer).run(all(), false, false);

        assertThat(outcomes).singleElement().satisfies(one -> assertThat(one.skipped())
                .isEmpty());
        List<ConsumerRecord<byte[], byte[]>> items = read(topics.catalogItems().name());
        assertThat(items).hasSize(2);
        ConsumerRecord<byte[], byte[]> again = items.get(1);
        assertThat(again.value()).isEqualTo(utf8("one"));
        assertThat(again.headers().toArray()).singleElement().satisfies(header -> assertThat(header.key())
                .isEqualTo("trace"));
    }

    @Test
    void leavesOutWhatWouldUndoALaterChange() throws Exception {
        refuse("a", "old");
        refuse("b", "old");
        producer.send(new ProducerRecord<>(topics.catalogItems().name(), 0, utf8("a"), utf8("new")))
                .get();

        List<Replay.Outcome> outcomes = new Replay(consumer, producer).run(all(), false, false);

        assertThat(outcomes)
                .filteredOn(one -> one.letter().key().equals("a"))
                .singleElement()
                .satisfies(one -> assertThat(one.skipped().orElse("")).contains("written again since"));
        assertThat(read(topics.catalogItems().name()))
                .extracting(record -> text(record.key()) + "=" + text(record.value()))
                .containsExactly("a=old", "b=old", "a=new", "b=old");
        assertThat(new Replay(consumer, producer).run(all(), true, true))
                .allSatisfy(one -> assertThat(one.skipped()).isEmpty());
        assertThat(read(topics.catalogItems().name()))
                .as("a dry run sends nothing")
                .hasSize(4);
    }

    @Test
    void saysWhatMustBeReadToKnowWhichItemsHaveBeenWrittenAgain() throws Exception {
        refuse("a", "old");
        refuse("b", "old");
        producer.send(new ProducerRecord<>(topics.catalogItems().name(), 0, utf8("a"), utf8("new")))
                .get();
        NewerRecords newer = new NewerRecords(consumer);

        assertThat(newer.toRead(all())).as("all behind the oldest letter").isEqualTo(2);
        assertThat(newer.outdated(all())).containsExactly(all().get(0).id());
        assertThat(newer.toRead(List.of())).isZero();
    }

    @Test
    void findsALetterByItsAddress() throws Exception {
        refuse("a", "one");
        DeadLetter letter = all().get(0);

        assertThat(letters.find(letter.record().partition(), letter.record().offset()))
                .hasValueSatisfying(found -> {
                    assertThat(found.key()).isEqualTo("a");
                    assertThat(found.reason()).isEqualTo("image-truncated");
                    assertThat(found.source())
                            .contains(new TopicPartition(topics.catalogItems().name(), 0));
                });
        assertThat(letters.find(letter.record().partition(), letter.record().offset() + 5))
                .isEmpty();
        assertThat(letters.find(99, 0)).isEmpty();
    }

    /** Appends an item to partition 0 and the letter that says it was refused. */
    private void refuse(String key, String value) throws Exception {
        RecordMetadata item = producer.send(
                        new ProducerRecord<>(topics.catalogItems().name(), 0, utf8(key), utf8(value)))
                .get();
        Headers own = new RecordHeaders().add("trace", utf8("t1"));
        producer.send(new ProducerRecord<>(
                        topics.deadLetters().name(),
                        null,
                        utf8(key),
                        utf8(value),
                        DeadLetterHeaders.of(
                                own, "image-truncated", "cut", item.topic(), 0, item.offset(), item.timestamp())))
                .get();
    }

    private List<DeadLetter> all() {
        List<DeadLetter> found = new ArrayList<>();
        letters.read(found::add);
        return found;
    }

    private List<ConsumerRecord<byte[], byte[]>> read(String topic) {
        TopicPartition partition = new TopicPartition(topic, 0);
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        while (consumer.position(partition) < end) {
            consumer.poll(Duration.ofMillis(100)).forEach(records::add);
        }
        return records;
    }

    private static Map<String, Object> readCommitted() {
        Map<String, Object> config = new HashMap<>(SharedKafka.clientConfig());
        config.put("isolation.level", "read_committed");
        return config;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
