package io.anchorstream.bench;

import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

import io.anchorstream.service.run.Cluster;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;

/** Reads one topic from its beginning, committed records only. */
final class Follower<T extends SpecificRecord> implements AutoCloseable {
    private final Consumer<String, byte[]> consumer;
    private final Deserializer<T> values;

    /** A record that came. */
    interface Seen<T> {
        /**
         * @param timestamp the record's own, in epoch milliseconds
         * @param now when it was seen, in epoch milliseconds
         */
        void accept(T value, long timestamp, long now);
    }

    Follower(Cluster cluster, String topic, Class<T> type) {
        this.consumer = cluster.reader();
        this.values = cluster.serde(type).deserializer();
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /**
     * Hands on records, with the time at which they were seen, until enough is known.
     *
     * @throws IllegalStateException if nothing new came for a minute
     */
    void until(BooleanSupplier enough, Seen<T> seen) {
        long quietSince = System.nanoTime();
        while (!enough.getAsBoolean()) {
            var records = consumer.poll(Duration.ofMillis(50));
            long now = System.currentTimeMillis();
            for (ConsumerRecord<String, byte[]> record : records) {
                quietSince = System.nanoTime();
                if (record.value() != null) {
                    seen.accept(
                            values.deserialize(record.topic(), record.headers(), record.value()),
                            record.timestamp(),
                            now);
                }
            }
            if (System.nanoTime() - quietSince > Duration.ofSeconds(90).toNanos()) {
                throw new IllegalStateException("nothing new on " + consumer.assignment() + " for 90 s");
            }
        }
    }

    /** Whether everything that is on the topic now was handed on; end offsets count transaction markers too. */
    boolean atEnd() {
        return consumer.endOffsets(consumer.assignment()).entrySet().stream()
                .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    @Override
    public void close() {
        consumer.close();
    }
}
