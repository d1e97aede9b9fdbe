package io.anchorstream.service.monitor;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * How many mini-batches are still to be trained on. Between the newest batch trained on and the end of the log there are
 * transaction markers too; a short look at the log tells batches from markers. Not thread-safe.
 */
public final class BatchesWaiting {
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    /** A longer gap is never made of markers alone; batches are large, so that many are not read just to count them. */
    private static final long SHORT_GAP = 8;

    private final TopicPartition batches;
    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final boolean always;
    private long seenNext = -1;
    private long seenEnd = -1;
    private long counted = -1;

    private BatchesWaiting(String topic, Supplier<Consumer<byte[], byte[]>> consumers, boolean always) {
        this.batches = new TopicPartition(topic, 0);
        this.consumers = consumers;
        this.always = always;
    }

    /**
     * For who asks again and again: looks at the log only once neither end of the gap moves.
     *
     * @param topic of one partition
     * @param consumers opens a read-committed consumer without a group
     */
    public static BatchesWaiting watched(String topic, Supplier<Consumer<byte[], byte[]>> consumers) {
        return new BatchesWaiting(topic, consumers, false);
    }

    /** For who asks once: looks at the log at once. */
    public static BatchesWaiting once(String topic, Supplier<Consumer<byte[], byte[]>> consumers) {
        return new BatchesWaiting(topic, consumers, true);
    }

    /**
     * @param next offset after the newest batch trained on
     * @param end of the log, for readers of committed records
     * @return exact unless markers may be among those counted: in a gap of more than {@value #SHORT_GAP}, and, when watched,
     *     while one of its ends moves
     */
    public long count(long next, long end) {
        long gap = Math.max(0, end - next);
        boolean still = next == seenNext && end == seenEnd;
        if (!still) {
            counted = -1;
        }
        seenNext = next;
        seenEnd = end;
        if (gap == 0 || gap > SHORT_GAP || !(still || always)) {
            return gap;
        }
        if (counted < 0) {
            counted = look(next, end);
        }
        return counted;
    }

    private long look(long next, long end) {
        try (Consumer<byte[], byte[]> consumer = consumers.get()) {
            consumer.assign(List.of(batches));
            consumer.seek(batches, next);
            long found = 0;
            while (consumer.position(batches) < end) {
                long before = consumer.position(batches);
                found += consumer.poll(PATIENCE).count();
                if (consumer.position(batches) == before) {
                    return end - next;
                }
            }
            return found;
        }
    }
}
