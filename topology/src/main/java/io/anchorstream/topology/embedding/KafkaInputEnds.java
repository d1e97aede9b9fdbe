package io.anchorstream.topology.embedding;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Asks the broker. An end offset counts transaction markers too, so the last record is looked up. */
public final class KafkaInputEnds implements InputEnds {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long FIRST_LOOK = 8;

    private final Supplier<? extends Consumer<?, ?>> consumers;
    private final String pictures;
    private final String labels;
    private final Executor executor;

    /**
     * @param consumers each of the role's group, which it does not join, reading committed records; closed here
     * @param executor where the broker is waited for
     */
    public KafkaInputEnds(Supplier<? extends Consumer<?, ?>> consumers, EmbedTopics topics, Executor executor) {
        this.consumers = consumers;
        this.pictures = topics.images();
        this.labels = topics.labels();
        this.executor = executor;
    }

    @Override
    public CompletableFuture<Ends> of(int partition) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (Consumer<?, ?> consumer = consumers.get()) {
                        return new Ends(
                                end(consumer, new TopicPartition(pictures, partition)),
                                end(consumer, new TopicPartition(labels, partition)));
                    }
                },
                executor);
    }

    private static <K, V> long end(Consumer<K, V> consumer, TopicPartition partition) {
        Set<TopicPartition> one = Set.of(partition);
        Map<TopicPartition, OffsetAndMetadata> known = consumer.committed(one);
        OffsetAndMetadata committed = known.get(partition);
        long end = consumer.endOffsets(one).getOrDefault(partition, 0L);
        long begin = consumer.beginningOffsets(one).getOrDefault(partition, 0L);
        long from = Math.max(begin, committed == null ? begin : committed.offset());
        consumer.assign(one);
        for (long look = FIRST_LOOK; ; look *= 2) {
            long start = Math.max(from, end - look);
            long last = lastBetween(consumer, partition, start, end);
            if (last >= 0 || start <= from) {
                return last;
            }
        }
    }

    private static <K, V> long lastBetween(Consumer<K, V> consumer, TopicPartition partition, long start, long end) {
        long last = -1;
        if (start < end) {
            consumer.seek(partition, start);
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<K, V> record : consumer.poll(POLL)) {
                    last = record.offset() < end ? record.offset() : last;
                }
            }
        }
        return last;
    }
}
