package io.anchorstream.service.export;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;

import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.topology.embedding.LastRecord;
import io.anchorstream.topology.streams.FailureKind;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of each completed generation once the consumer group that feeds an index has read every embedding written before
 * the completion: the moment to swap an alias. Of those complete at the start it tells of the newest. Not thread-safe.
 */
public final class CompletionFollower {
    private static final Logger LOG = LoggerFactory.getLogger(CompletionFollower.class);
    private static final Duration POLL = Duration.ofSeconds(1);

    private final Topics topics;
    private final Consumer<String, byte[]> consumer;
    private final Admin admin;
    private final Deserializer<SpecificRecord> values;
    private final Optional<String> group;
    private @Nullable GenerationEvent waiting;
    private Map<TopicPartition, Long> ends = Map.of();
    private long told = -1;

    /**
     * @param consumer without a group, read-committed
     * @param group that feeds the index, e.g. a connector's; empty tells at once
     */
    public CompletionFollower(
            Topics topics,
            Consumer<String, byte[]> consumer,
            Admin admin,
            Deserializer<SpecificRecord> values,
            Optional<String> group) {
        this.topics = topics;
        this.consumer = consumer;
        this.admin = admin;
        this.values = values;
        this.group = group;
    }

    /** Acts on a completion. */
    public interface Listener {
        /** Returns whether it succeeded; it is asked again a moment later if not. */
        boolean completed(GenerationEvent event) throws InterruptedException;
    }

    /** Follows until asked to stop. */
    public void run(Listener listener, BooleanSupplier stopping) throws InterruptedException {
        TopicPartition events = new TopicPartition(topics.catalogGenerations().name(), 0);
        consumer.assign(List.of(events));
        consumer.seekToBeginning(List.of(events));
        long begin = consumer.endOffsets(List.of(events)).getOrDefault(events, 0L);
        while (!stopping.getAsBoolean()) {
            GenerationEvent before = waiting;
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                apply(record);
            }
            GenerationEvent next = waiting;
            if (next != null && !next.equals(before)) {
                ends = group.isEmpty() ? Map.of() : embeddingEnds(events);
            }
            if (next != null && consumer.position(events) >= begin && isRead() && listener.completed(next)) {
                told = next.getGeneration();
                waiting = null;
            }
        }
    }

    private void apply(ConsumerRecord<String, byte[]> record) {
        try {
            if (record.value() != null
                    && values.deserialize(record.topic(), record.value()) instanceof GenerationEvent event
                    && event.getState() == GenerationState.COMPLETE
                    && event.getGeneration() > told) {
                waiting = event;
            }
        } catch (SerializationException e) {
            if (FailureKind.of(e) == FailureKind.SURROUNDINGS) {
                throw e; // the registry is away: whoever waits for this completion would never hear of it
            }
            LOG.warn(
                    "the record at offset {} of {} is no generation event and is passed over",
                    record.offset(),
                    record.topic(),
                    e);
        }
    }

    /** One past the last embedding of each partition that has any: what a group that read them all has committed. */
    private Map<TopicPartition, Long> embeddingEnds(TopicPartition events) {
        long position = consumer.position(events);
        Map<TopicPartition, Long> found = new HashMap<>();
        for (PartitionInfo info :
                consumer.partitionsFor(topics.catalogEmbeddings().name())) {
            TopicPartition partition = new TopicPartition(info.topic(), info.partition());
            long last = LastRecord.offset(consumer, partition, 0);
            if (last >= 0) {
                found.put(partition, last + 1);
            }
        }
        consumer.assign(List.of(events));
        consumer.seek(events, position);
        return found;
    }

    private boolean isRead() throws InterruptedException {
        if (group.isEmpty()) {
            return true;
        }
        try {
            Map<TopicPartition, OffsetAndMetadata> read = admin.listConsumerGroupOffsets(group.get())
                    .partitionsToOffsetAndMetadata()
                    .get();
            return ends.entrySet().stream().allMatch(end -> {
                OffsetAndMetadata at = read.get(end.getKey());
                return at != null && at.offset() >= end.getValue();
            });
        } catch (ExecutionException e) {
            throw new KafkaException("the offsets of group " + group.get() + " cannot be read", e.getCause());
        }
    }
}
