package io.anchorstream.service.ingest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.avro.EvaluationTruth;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.service.catalogue.CatalogueEntry;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes items to the topic, each acknowledged by all replicas and never twice by a retry. An item goes onto the topic
 * as it is: whether its picture can be decoded is for the label role to say, so that every item has one answer.
 */
public final class ItemWriter implements ItemSink, AutoCloseable {
    private final String topic;
    private final Producer<String, CatalogItem> producer;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    public ItemWriter(String topic, Producer<String, CatalogItem> producer) {
        this.topic = topic;
        this.producer = producer;
    }

    /**
     * @param connection {@code bootstrap.servers}, security and whatever else applies to every client
     */
    public static ItemWriter open(String topic, Map<String, ?> connection, Serializer<CatalogItem> serializer) {
        Map<String, Object> config = new HashMap<>(connection);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 20);
        config.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 * 1024);
        config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 32L * 1024 * 1024);
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.MAX_ITEM_BYTES);
        return new ItemWriter(topic, new KafkaProducer<>(config, new StringSerializer(), serializer));
    }

    /**
     * Sends an item; returns before it is acknowledged.
     *
     * @param image encoded picture, or empty
     * @throws KafkaException if an earlier item could not be written
     */
    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the callback keeps the failure
    public void write(CatalogueEntry entry, Optional<byte[]> image) {
        rethrow();
        producer.send(new ProducerRecord<>(topic, entry.id(), item(entry, image)), (metadata, exception) -> {
            if (exception != null) {
                failure.compareAndSet(null, exception);
            }
        });
    }

    /** Waits until everything sent is acknowledged. */
    @Override
    public void flush() {
        producer.flush();
        rethrow();
    }

    @Override
    public void close() {
        producer.close();
    }

    private void rethrow() {
        Exception cause = failure.get();
        if (cause != null) {
            throw new KafkaException(
                    cause.getCause() instanceof UnknownTopicOrPartitionException
                            ? "there is no topic " + topic + "; a service makes it when it starts, \"./anchorstream"
                                    + " topics create\" now"
                            : "the topic " + topic + " did not take an item",
                    cause);
        }
    }

    /**
     * An entry as it lies on the topic.
     *
     * @param image encoded picture, or empty
     */
    public static CatalogItem item(CatalogueEntry entry, Optional<byte[]> image) {
        boolean remote = entry.image().map(ItemWriter::isUrl).orElse(false);
        boolean known = entry.group().isPresent() || entry.domain().isPresent() || entry.test();
        return CatalogItem.newBuilder()
                .setTitle(entry.title())
                .setDescription(entry.description())
                .setKeywords(entry.keywords())
                .setCategory(entry.category().orElse(null))
                .setAttributes(entry.attributes())
                .setImage(image.map(ByteBuffer::wrap).orElse(null))
                .setImageUrl(remote ? entry.image().orElse(null) : null)
                .setTruth(
                        known
                                ? EvaluationTruth.newBuilder()
                                        .setGroup(entry.group().orElse(null))
                                        .setDomain(entry.domain().orElse(null))
                                        .setTest(entry.test())
                                        .build()
                                : null)
                .build();
    }

    /** What an entry weighs on the topic besides its picture: everything else, serialised, and its key. */
    static long bytesWithoutImage(CatalogueEntry entry) {
        try {
            return CatalogItem.getEncoder()
                            .encode(item(entry, Optional.empty()))
                            .remaining()
                    + 3L * entry.id().length();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // it is written to memory
        }
    }

    static boolean isUrl(String image) {
        return image.startsWith("http://") || image.startsWith("https://");
    }
}
