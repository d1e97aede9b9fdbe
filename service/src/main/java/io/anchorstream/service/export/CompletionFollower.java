package io.anchorstream.service.export;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.topology.embedding.LastRecord;
import io.anchorstream.topology.streams.FailureKind;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of each generation that is there, so that an index can be made for it, and of each completed one once the consumer
 * group that feeds its index has read every embedding written before the completion: the moment to swap an alias. Of those
 * that are there at the start it tells of the newest, and of the newest complete one. Not thread-safe.
 */
public final class CompletionFollower {
    private static final Logger LOG = LoggerFactory.getLogger(CompletionFollower.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** From the begin of one attempt to that of the next while the broker is away. */
    public static final Duration AGAIN = Duration.ofSeconds(10);

    /** Stands in a group's name for the number of the generation, where each has a group of its own. */
    public static final String GENERATION = "{generation}";

    private final Topics topics;
    private final Consumer<String, byte[]> consumer;
    private final Admin admin;
    private final Deserializer<SpecificRecord> values;
    private final Optional<String> group;
    private final Clock clock;
    private @Nullable GenerationEvent opening;
    private @Nullable GenerationEvent waiting;
    private @Nullable GenerationEvent measured;
    private Map<TopicPartition, Long> ends = Map.of();
    private boolean read;
    private boolean lost;
    private long begin = -1;
    private long opened = -1;
    private long told = -1;

    /**
     * @param consumer without a group, read-committed
     * @param group that feeds the index, e.g. a connector's, with {@link #GENERATION} where each generation has its own;
     *     empty tells at once
     */
    public CompletionFollower(
            Topics topics,
            Consumer<String, byte[]> consumer,
            Admin admin,
            Deserializer<SpecificRecord> values,
            Optional<String> group,
            Clock clock) {
        this.topics = topics;
        this.consumer = consumer;
        this.admin = admin;
        this.values = values;
        this.group = group;
        this.clock = clock;
    }

    /** Acts on generations. Each method returns whether it succeeded; it is asked again a moment later if not. */
    public interface Listener {
        /** A generation is there, complete or not; called before {@link #completed}, and once for each. */
        default boolean opened(GenerationEvent event) throws InterruptedException {
            return true;
        }

        /** All of a generation has been read. */
        boolean completed(GenerationEvent event) throws InterruptedException;

        /** The broker cannot be asked; told once, whatever further attempts say, until {@link #found}. */
        default void lost(RetriableException why) throws InterruptedException {}

        /** The broker answers again; told before any generation is. */
        default void found() {}
    }

    /** Waits for an end. */
    public interface Stop {
        /** Waits for at most so long; true once asked to stop. */
        boolean within(Duration timeout) throws InterruptedException;
    }

    /** Follows until asked to stop; while the broker is away, it is asked every {@link #AGAIN}. */
    public void run(Listener listener, Stop stop) throws InterruptedException {
        TopicPartition events = new TopicPartition(topics.catalogGenerations().name(), 0);
        consumer.assign(List.of(events));
        consumer.seekToBeginning(List.of(events));
        while (!stop.within(Duration.ZERO)) {
            Instant asked = clock.instant();
            try {
                boolean known = ask(events);
                if (lost) {
                    lost = false;
                    listener.found();
                }
                if (known) {
                    tell(listener);
                }
            } catch (RetriableException e) {
                if (!lost) {
                    lost = true;
                    listener.lost(e);
                }
                Duration rest = AGAIN.minus(Duration.between(asked, clock.instant()));
                stop.within(rest.isNegative() ? Duration.ZERO : rest);
            }
        }
    }

    /** All that the broker is asked; false while it is not known yet which generations are the newest. */
    private boolean ask(TopicPartition events) throws InterruptedException {
        if (begin < 0) {
            begin = consumer.endOffsets(List.of(events), PATIENCE).getOrDefault(events, 0L);
        }
        ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
        if (records.isEmpty()) {
            // A poll finds nothing, too, while the broker is away.
            consumer.endOffsets(List.of(events), PATIENCE);
        }
        records.forEach(this::apply);
        GenerationEvent next = waiting;
        if (next != null && !next.equals(measured)) {
            ends = group.isEmpty() ? Map.of() : embeddingEnds(events);
            measured = next;
        }
        read = next != null && isRead(next);
        return consumer.position(events, PATIENCE) >= begin;
    }

    private void tell(Listener listener) throws InterruptedException {
        GenerationEvent next = waiting;
        if (next != null && !isOpen(next, listener)) {
            return;
        }
        if (next != null && read && listener.completed(next)) {
            told = next.getGeneration();
            waiting = null;
        }
        GenerationEvent building = opening;
        if (building != null && isOpen(building, listener)) {
            opening = null;
        }
    }

    private boolean isOpen(GenerationEvent event, Listener listener) throws InterruptedException {
        if (event.getGeneration() > opened && listener.opened(event)) {
            opened = event.getGeneration();
        }
        return event.getGeneration() <= opened;
    }

    private void apply(ConsumerRecord<String, byte[]> record) {
        try {
            if (record.value() != null
                    && values.deserialize(record.topic(), record.value()) instanceof GenerationEvent event) {
                apply(event);
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

    private void apply(GenerationEvent event) {
        long generation = event.getGeneration();
        switch (event.getState()) {
            case OPENED, PROGRESS -> opening = generation > opened ? event : opening;
            case COMPLETE -> waiting = generation > told ? event : waiting;
            case RETIRED -> opening = opening != null && opening.getGeneration() == generation ? null : opening;
            case UNKNOWN -> LOG.warn("generation {} has a state that this version does not know", generation);
        }
    }

    /** One past the last embedding of each partition that has any: what a group that read them all has committed. */
    private Map<TopicPartition, Long> embeddingEnds(TopicPartition events) {
        long position = consumer.position(events, PATIENCE);
        Map<TopicPartition, Long> found = new HashMap<>();
        try {
            for (PartitionInfo info :
                    consumer.partitionsFor(topics.catalogEmbeddings().name(), PATIENCE)) {
                TopicPartition partition = new TopicPartition(info.topic(), info.partition());
                long last = LastRecord.offset(consumer, partition, 0, PATIENCE);
                if (last >= 0) {
                    found.put(partition, last + 1);
                }
            }
        } finally {
            consumer.assign(List.of(events));
            consumer.seek(events, position);
        }
        return found;
    }

    private boolean isRead(GenerationEvent event) throws InterruptedException {
        if (group.isEmpty()) {
            return true;
        }
        String reader = group.get().replace(GENERATION, Long.toString(event.getGeneration()));
        try {
            Map<TopicPartition, OffsetAndMetadata> read = admin.listConsumerGroupOffsets(
                            reader, new ListConsumerGroupOffsetsOptions().timeoutMs((int) PATIENCE.toMillis()))
                    .partitionsToOffsetAndMetadata()
                    .get();
            return ends.entrySet().stream().allMatch(end -> {
                OffsetAndMetadata at = read.get(end.getKey());
                return at != null && at.offset() >= end.getValue();
            });
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RetriableException away) {
                throw away;
            }
            throw new KafkaException("the offsets of group " + reader + " cannot be read", e.getCause());
        }
    }
}
