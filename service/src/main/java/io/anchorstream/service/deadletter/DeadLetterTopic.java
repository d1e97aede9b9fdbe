package io.anchorstream.service.deadletter;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Reads the dead-letter topic as it is now. Not thread-safe; the consumer stays its opener's. */
public final class DeadLetterTopic {
    private static final Duration POLL = Duration.ofMillis(200);

    private final Consumer<byte[], byte[]> consumer;
    private final String topic;
    private final Duration patience;

    /**
     * @param consumer without a group, read-committed
     * @param patience how long no record may come before the broker is given up
     */
    public DeadLetterTopic(Consumer<byte[], byte[]> consumer, String topic, Duration patience) {
        this.consumer = consumer;
        this.topic = topic;
        this.patience = patience;
    }

    /** Hands over every letter kept, oldest first within a partition. */
    public void read(java.util.function.Consumer<DeadLetter> sink) {
        List<TopicPartition> partitions = consumer.partitionsFor(topic, patience).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, patience);
        long lastHeard = System.nanoTime();
        while (partitions.stream().anyMatch(one -> consumer.position(one, patience) < ends.getOrDefault(one, 0L))) {
            var records = consumer.poll(POLL);
            if (!records.isEmpty()) {
                lastHeard = System.nanoTime();
            } else if (System.nanoTime() - lastHeard > patience.toNanos()) {
                throw new KafkaException(
                        "the broker sent nothing of " + topic + " for " + patience.toSeconds() + " s; try again");
            }
            for (ConsumerRecord<byte[], byte[]> record : records) {
                TopicPartition partition = new TopicPartition(topic, record.partition());
                if (record.offset() < ends.getOrDefault(partition, 0L)) {
                    sink.accept(new DeadLetter(record));
                }
            }
        }
    }

    /** One letter by its address; empty when it is not there, or no more. */
    public Optional<DeadLetter> find(int partition, long offset) {
        TopicPartition at = new TopicPartition(topic, partition);
        if (consumer.partitionsFor(topic, patience).stream().noneMatch(info -> info.partition() == partition)) {
            return Optional.empty();
        }
        consumer.assign(List.of(at));
        long end = consumer.endOffsets(List.of(at), patience).getOrDefault(at, 0L);
        long begin = consumer.beginningOffsets(List.of(at), patience).getOrDefault(at, 0L);
        if (offset < begin || offset >= end) {
            return Optional.empty();
        }
        consumer.seek(at, offset);
        long deadline = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() < deadline && consumer.position(at, patience) <= offset) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                if (record.offset() == offset) {
                    return Optional.of(new DeadLetter(record));
                }
            }
        }
        return Optional.empty();
    }
}
