package io.anchorstream.service.deadletter;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds letters whose key has been written again since: they are settled, and sending them would undo the later change.
 * Used by one thread.
 */
public final class NewerRecords {
    private static final Duration POLL = Duration.ofMillis(500);

    private final Consumer<byte[], byte[]> consumer;

    /** @param consumer reads the topics the letters came from, committed records only; left assigned to some of them */
    public NewerRecords(Consumer<byte[], byte[]> consumer) {
        this.consumer = consumer;
    }

    /** What {@link #outdated} has to read, in records: those that came behind the oldest letter of each partition. */
    public long toRead(Collection<DeadLetter> letters) {
        Map<TopicPartition, Long> from = behindTheOldest(letters);
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(from.keySet());
        Map<TopicPartition, Long> ends = consumer.endOffsets(from.keySet());
        return from.entrySet().stream()
                .mapToLong(one -> ends.getOrDefault(one.getKey(), 0L)
                        - Math.max(one.getValue(), begins.getOrDefault(one.getKey(), 0L)))
                .filter(records -> records > 0)
                .sum();
    }

    private static Map<TopicPartition, Long> behindTheOldest(Collection<DeadLetter> letters) {
        Map<TopicPartition, Long> from = new HashMap<>();
        for (DeadLetter letter : letters) {
            letter.source().ifPresent(source -> from.merge(source, letter.sourceOffset() + 1, Math::min));
        }
        return from;
    }

    /** The ids of the letters that are out of date. */
    public Set<String> outdated(Collection<DeadLetter> letters) {
        Map<TopicPartition, Map<ByteBuffer, Long>> newest = newest(behindTheOldest(letters));
        return letters.stream()
                .filter(letter -> letter.record().key() != null)
                .filter(letter -> letter.source()
                        .map(source -> newest.getOrDefault(source, Map.of())
                                        .getOrDefault(
                                                ByteBuffer.wrap(letter.record().key()), -1L)
                                > letter.sourceOffset())
                        .orElse(false))
                .map(DeadLetter::id)
                .collect(Collectors.toSet());
    }

    private Map<TopicPartition, Map<ByteBuffer, Long>> newest(Map<TopicPartition, Long> from) {
        Map<TopicPartition, Map<ByteBuffer, Long>> newest = new HashMap<>();
        if (from.isEmpty()) {
            return newest;
        }
        consumer.assign(from.keySet());
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(from.keySet());
        Map<TopicPartition, Long> ends = consumer.endOffsets(from.keySet());
        from.forEach(
                (partition, offset) -> consumer.seek(partition, Math.max(offset, begins.getOrDefault(partition, 0L))));
        Set<TopicPartition> open = new HashSet<>(from.keySet());
        while (!open.isEmpty()) {
            open.removeIf(partition -> consumer.position(partition) >= ends.getOrDefault(partition, 0L));
            try {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(open.isEmpty() ? Duration.ZERO : POLL)) {
                    if (record.key() != null) {
                        newest.computeIfAbsent(
                                        new TopicPartition(record.topic(), record.partition()), one -> new HashMap<>())
                                .merge(ByteBuffer.wrap(record.key()), record.offset(), Math::max);
                    }
                }
            } catch (OffsetOutOfRangeException e) {
                consumer.seekToBeginning(e.partitions());
            }
        }
        return newest;
    }
}
