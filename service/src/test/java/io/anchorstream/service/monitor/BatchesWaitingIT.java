package io.anchorstream.service.monitor;

import java.util.List;
import java.util.Map;

import io.anchorstream.service.embedded.SharedKafka;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The gap at the end of a transactional log is made of batches and of markers. */
class BatchesWaitingIT {

    @Test
    void noMarkerIsTakenForABatchOnceNothingMoves() throws Exception {
        String topic = SharedKafka.prefix(BatchesWaitingIT.class) + "batches";
        try (Admin admin = SharedKafka.admin()) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
            commit(topic, "first", 2);
            commit(topic, "second", 1);
            long end = new ConsumerLag(admin, Map.of()).end(topic);
            assertThat(end).as("three batches, two markers").isEqualTo(5);

            BatchesWaiting waiting = BatchesWaiting.watched(topic, BatchesWaitingIT::reader);
            assertThat(waiting.count(1, end)).as("still moving").isEqualTo(4);
            assertThat(waiting.count(1, end)).as("at rest").isEqualTo(2);
            assertThat(waiting.count(4, end)).isEqualTo(1);
            assertThat(waiting.count(4, end)).as("all trained on").isZero();
            assertThat(BatchesWaiting.once(topic, BatchesWaitingIT::reader).count(1, end))
                    .as("who asks once looks at once")
                    .isEqualTo(2);
        }
    }

    private static KafkaConsumer<byte[], byte[]> reader() {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        SharedKafka.bootstrapServers(),
                        "isolation.level",
                        "read_committed",
                        "auto.offset.reset",
                        "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private static void commit(String topic, String transaction, int batches) {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", SharedKafka.bootstrapServers(), "transactional.id", topic + transaction),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            for (int i = 0; i < batches; i++) {
                producer.send(new ProducerRecord<>(topic, new byte[] {1})).get();
            }
            producer.commitTransaction();
        } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
