package io.anchorstream.topology.versions;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.anchorstream.topology.streams.FailureKind;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one topic from its beginning, all partitions, without a group. A record that cannot be read is logged and left
 * out; while the registry is away reading fails, and begins anew with another reader. Not thread-safe; owns its consumer.
 */
public final class TopicReader<V> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TopicReader.class);

    private final Consumer<String, byte[]> consumer;
    private final String topic;
    private final Deserializer<V> deserializer;
    private final List<TopicPartition> partitions;
    private final Map<TopicPartition, Long> end;
    private boolean caughtUp;

    /**
     * A record.
     *
     * @param key empty when the record has none
     * @param value empty for a tombstone
     */
    public record Entry<V>(int partition, long offset, String key, Optional<V> value) {}

    /**
     * Begins at the first record of every partition.
     *
     * @param consumer without a group, reading committed records
     */
    public TopicReader(Consumer<String, byte[]> consumer, String topic, Deserializer<V> deserializer) {
        this.consumer = consumer;
        this.topic = topic;
        this.deserializer = deserializer;
        try {
            this.partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            if (partitions.isEmpty()) {
                throw new IllegalStateException("topic " + topic + " does not exist; create the topics first");
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            this.end = new HashMap<>(consumer.endOffsets(partitions));
        } catch (RuntimeException e) {
            consumer.close(); // nobody else knows of it, and those who try again would leave one behind each time
            throw e;
        }
    }

    /** The next records, waiting for at most {@code timeout}; possibly none. */
    public List<Entry<V>> poll(Duration timeout) {
        List<Entry<V>> entries = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> record : consumer.poll(timeout)) {
            try {
                Optional<V> value = record.value() == null
                        ? Optional.empty()
                        : Optional.of(deserializer.deserialize(topic, record.headers(), record.value()));
                String key = record.key() == null ? "" : record.key();
                entries.add(new Entry<>(record.partition(), record.offset(), key, value));
            } catch (SerializationException e) {
                if (FailureKind.of(e) == FailureKind.SURROUNDINGS) {
                    throw e; // the record is sound: whoever left it out would go by what is not so
                }
                LOG.warn("{}-{}@{} cannot be read and is left out", topic, record.partition(), record.offset(), e);
            }
        }
        return entries;
    }

    /** Whether everything that was on the topic when this reader was made has been read. */
    public boolean caughtUp() {
        if (!caughtUp) {
            caughtUp = end.entrySet().stream().allMatch(e -> consumer.position(e.getKey()) >= e.getValue());
        }
        return caughtUp;
    }

    /** Asks for the topic's present end; {@link #caughtUp} then means up to there. */
    public void chaseEnd() {
        end.putAll(consumer.endOffsets(partitions));
        caughtUp = false;
    }

    /** Goes on from the first record of every partition. */
    public void rewind() {
        consumer.seekToBeginning(partitions);
    }

    /** Goes on from an offset of a partition. */
    public void seek(int partition, long offset) {
        consumer.seek(new TopicPartition(topic, partition), offset);
    }

    /** The offset that {@link #poll} reads next. */
    public long position(int partition) {
        return consumer.position(new TopicPartition(topic, partition));
    }

    public List<Integer> partitions() {
        return partitions.stream().map(TopicPartition::partition).toList();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
