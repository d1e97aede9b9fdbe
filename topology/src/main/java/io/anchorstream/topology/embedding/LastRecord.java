package io.anchorstream.topology.embedding;

import java.time.Duration;
import java.util.Set;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Finds the last record of a partition. Its end offset does not tell: it counts transaction markers too (KIP-98), which
 * no reader ever sees.
 */
public final class LastRecord {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long FIRST_LOOK = 8;

    private LastRecord() {}

    /**
     * The offset of the last record at {@code from} or behind; -1 if there is none.
     *
     * @param consumer reading committed records; left assigned to the partition
     * @param patience for each thing that is asked of the broker, and between steps forward while reading
     * @throws TimeoutException when the broker keeps silent for longer
     */
    public static <K, V> long offset(Consumer<K, V> consumer, TopicPartition partition, long from, Duration patience) {
        Set<TopicPartition> one = Set.of(partition);
        long end = consumer.endOffsets(one, patience).getOrDefault(partition, 0L);
        long begin = Math.max(from, consumer.beginningOffsets(one, patience).getOrDefault(partition, 0L));
        consumer.assign(one);
        for (long look = FIRST_LOOK; ; look *= 2) {
            long start = Math.max(begin, end - look);
            long last = lastBetween(consumer, partition, start, end, patience);
            if (last >= 0 || start <= begin) {
                return last;
            }
        }
    }

    private static <K, V> long lastBetween(
            Consumer<K, V> consumer, TopicPartition partition, long start, long end, Duration patience) {
        long last = -1;
        if (start < end) {
            consumer.seek(partition, start);
            long at = start;
            Duration silence = Duration.ZERO;
            while (at < end) {
                if (silence.compareTo(patience) >= 0) {
                    throw new TimeoutException("nothing of " + partition + " came for " + patience.toMillis()
                            + " ms at offset " + at + " of " + end);
                }
                for (ConsumerRecord<K, V> record : consumer.poll(POLL)) {
                    last = record.offset() < end ? record.offset() : last;
                }
                long now = consumer.position(partition, patience);
                silence = now > at ? Duration.ZERO : silence.plus(POLL);
                at = now;
            }
        }
        return last;
    }
}
