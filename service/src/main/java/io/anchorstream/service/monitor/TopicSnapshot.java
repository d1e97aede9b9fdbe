package io.anchorstream.service.monitor;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/** Reads topics up to where they end now, one after another. Not thread-safe; the consumer stays its opener's. */
final class TopicSnapshot {
    private static final Duration POLL = Duration.ofMillis(100);

    private final Consumer<byte[], byte[]> consumer;
    private final Map<String, List<PartitionInfo>> known;
    private final long deadline;

    /**
     * @param patience for all topics together
     */
    TopicSnapshot(Consumer<byte[], byte[]> consumer, Duration patience) {
        this.consumer = consumer;
        this.known = consumer.listTopics(patience);
        this.deadline = System.nanoTime() + patience.toNanos();
    }

    boolean exists(String topic) {
        return known.containsKey(topic);
    }

    /**
     * Reads the newest records of each partition.
     *
     * @param most how many offsets before its end reading begins
     * @throws TimeoutException if the end was not reached in time
     */
    void read(String topic, long most, java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> sink)
            throws TimeoutException {
        List<TopicPartition> partitions = known.getOrDefault(topic, List.of()).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
        consumer.assign(partitions);
        ends.forEach((partition, end) -> consumer.seek(
                partition, Math.max(begins.getOrDefault(partition, 0L), most == Long.MAX_VALUE ? 0 : end - most)));
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("topic " + topic + " could not be read to its end in time; try again, or"
                        + " from a machine nearer to the broker");
            }
            consumer.poll(POLL).forEach(sink);
        }
    }
}
