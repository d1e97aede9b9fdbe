package io.anchorstream.topology.embedding;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Asks the broker. */
public final class KafkaInputEnds implements InputEnds {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

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
        return LastRecord.offset(consumer, partition, committed == null ? 0 : committed.offset(), PATIENCE);
    }
}
