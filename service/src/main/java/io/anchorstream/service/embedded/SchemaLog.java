package io.anchorstream.service.embedded;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The compacted topic behind the registry: read once from the beginning, then appended to. One writer only. */
final class SchemaLog implements AutoCloseable {

    static final String TOPIC = "_schemas";

    private static final Logger LOG = LoggerFactory.getLogger(SchemaLog.class);
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final KafkaProducer<String, String> producer;

    private SchemaLog(KafkaProducer<String, String> producer) {
        this.producer = producer;
    }

    /**
     * Creates the topic when it is missing and hands every record of it to the reader, in order.
     *
     * @param clients {@code bootstrap.servers}, security and whatever else applies to every client
     */
    static SchemaLog open(Map<String, ?> clients, Consumer<SchemaRecord> reader) {
        createTopic(with(clients, Map.of()));
        replay(clients, reader);
        Map<String, Object> config = with(
                clients, Map.of("acks", "all", "buffer.memory", 4 * 1024 * 1024, "max.block.ms", PATIENCE.toMillis()));
        return new SchemaLog(new KafkaProducer<>(config, new StringSerializer(), new StringSerializer()));
    }

    private static Map<String, Object> with(Map<String, ?> clients, Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>(clients);
        config.put("client.id", "schema-registry");
        config.putAll(more);
        return config;
    }

    /** Returns once the record is on disk, as far as the broker says. */
    void append(SchemaRecord record) {
        try {
            producer.send(new ProducerRecord<>(TOPIC, 0, record.key(), record.value()))
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw RegistryError.store("interrupted while writing to " + TOPIC);
        } catch (ExecutionException | TimeoutException e) {
            throw RegistryError.store("writing to " + TOPIC + " failed: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }

    private static void createTopic(Map<String, Object> config) {
        try (Admin admin = Admin.create(config)) {
            NewTopic topic = new NewTopic(TOPIC, 1, (short) -1).configs(Map.of("cleanup.policy", "compact"));
            admin.createTopics(List.of(topic)).all().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while creating " + TOPIC + ".", e);
        } catch (ExecutionException | TimeoutException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new IllegalStateException("Could not create " + TOPIC + ": " + e.getMessage(), e);
            }
        }
    }

    private static void replay(Map<String, ?> clients, Consumer<SchemaRecord> reader) {
        Map<String, Object> config =
                with(clients, Map.of("enable.auto.commit", "false", "auto.offset.reset", "earliest"));
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(Set.of(PARTITION));
            consumer.seekToBeginning(Set.of(PARTITION));
            long end = consumer.endOffsets(Set.of(PARTITION)).getOrDefault(PARTITION, 0L);
            while (consumer.position(PARTITION) < end) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
                    try {
                        reader.accept(SchemaRecord.parse(record.key(), record.value()));
                    } catch (RuntimeException e) {
                        LOG.warn("Skipped offset {} of {}: {}", record.offset(), TOPIC, e.getMessage());
                    }
                }
            }
        }
    }
}
