package io.anchorstream.service.index;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.anchorstream.avro.CanonicalItem;
import io.anchorstream.avro.CatalogItem;
import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.ItemEmbedding;
import io.anchorstream.avro.LabelAlias;
import io.anchorstream.avro.WeakLabel;
import io.anchorstream.schemas.registry.RegistryUnavailableException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the catalogue's topics and keeps the {@link CatalogueIndex}. Reads all partitions itself, without a consumer
 * group: each instance is a whole replica, and its offsets lie beside its data. Its consumer must be read-committed
 * with {@code auto.offset.reset=earliest}.
 */
public final class IndexRole implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IndexRole.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration REFRESH_EVERY = Duration.ofSeconds(1);
    private static final Duration COMMIT_EVERY = Duration.ofSeconds(15);
    private static final Duration LOOK_EVERY = Duration.ofMinutes(1);
    private static final Duration DISCOVER_EVERY = Duration.ofSeconds(30);
    private static final Duration DISCOVER_FIRST = Duration.ofSeconds(1);

    private final CatalogueIndex catalogue;
    private final IndexTopics topics;
    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final Deserializer<? extends SpecificRecord> values;
    private final Clock clock;
    private final AllPartitions partitions;
    private final CompletionWatch completions = new CompletionWatch();
    private final Thread thread;
    private final long startedAt;
    private volatile boolean running = true;
    private volatile @Nullable Throwable failure;
    private volatile long lag = -1;
    private volatile @Nullable Consumer<byte[], byte[]> consumer;

    /**
     * @param consumers opens the role's consumer; called on the role's thread
     * @param values reads the records of all topics, by the schema id they carry
     */
    public IndexRole(
            CatalogueIndex catalogue,
            IndexTopics topics,
            Supplier<Consumer<byte[], byte[]>> consumers,
            Deserializer<? extends SpecificRecord> values,
            Clock clock) {
        this.catalogue = catalogue;
        this.topics = topics;
        this.partitions = new AllPartitions(topics.all());
        this.consumers = consumers;
        this.values = values;
        this.clock = clock;
        this.startedAt = clock.millis();
        this.thread = new Thread(this::run, "index-role");
    }

    public IndexRole start() {
        thread.start();
        return this;
    }

    public CatalogueIndex catalogue() {
        return catalogue;
    }

    /** Records on the topics that are not applied yet; -1 before the first poll. */
    public long lag() {
        return lag;
    }

    /** What stopped the role; empty while it goes on. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    private void run() {
        try (Consumer<byte[], byte[]> opened = consumers.get()) {
            consumer = opened;
            loop(opened);
        } catch (WakeupException | InterruptException e) {
            LOG.debug("the index role was asked to stop");
        } catch (Throwable e) {
            // Errors too: a dead thread would look like one without news.
            failure = e;
            LOG.error("the index role stopped; searches go on over what it had, restart the program to go on", e);
        }
    }

    private void loop(Consumer<byte[], byte[]> from) {
        long nextDiscovery = 0;
        long nextRefresh = 0;
        long nextCommit = clock.millis() + COMMIT_EVERY.toMillis();
        long nextLook = 0;
        boolean dirty = false;
        while (running) {
            long now = clock.millis();
            if (now >= nextDiscovery) {
                boolean all = patiently(() -> partitions.discover(from, this::start));
                nextDiscovery = now + (all ? DISCOVER_EVERY : DISCOVER_FIRST).toMillis();
            }
            if (from.assignment().isEmpty()) {
                pause();
                continue;
            }
            ConsumerRecords<byte[], byte[]> records = from.poll(POLL);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                apply(from, record);
            }
            dirty |= !records.isEmpty();
            now = clock.millis();
            if (completions.isWaiting()) {
                completions.reached(held -> position(from, held)).forEach(catalogue::serve);
            }
            if (now >= nextRefresh) {
                if (dirty) {
                    catalogue.refresh();
                }
                lag = lagOf(from);
                nextRefresh = now + REFRESH_EVERY.toMillis();
            }
            if (now >= nextLook) {
                catalogue.caughtUp().look(from);
                nextLook = now + LOOK_EVERY.toMillis();
            }
            if (now >= nextCommit) {
                if (dirty) {
                    commit(from);
                    dirty = false;
                }
                catalogue.caughtUp().note();
                nextCommit = now + COMMIT_EVERY.toMillis();
            }
        }
        commit(from);
        catalogue.caughtUp().note();
    }

    @SuppressWarnings("ThreadSleep") // there is nothing to be woken by
    private static void pause() {
        try {
            Thread.sleep(DISCOVER_FIRST.toMillis());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private void start(Consumer<byte[], byte[]> from, TopicPartition partition) {
        // The life of the generations is short and held in memory: always read whole.
        boolean again = partition.topic().equals(topics.generations())
                || (partition.topic().equals(topics.embeddings())
                        && catalogue.generations().needsReplay());
        Optional<String> offset = again ? Optional.empty() : catalogue.items().note(noteOf(partition));
        offset.ifPresentOrElse(
                known -> from.seek(partition, Long.parseLong(known)), () -> from.seekToBeginning(List.of(partition)));
    }

    private void apply(Consumer<byte[], byte[]> from, ConsumerRecord<byte[], byte[]> record) {
        SpecificRecord value;
        try {
            value = record.value() == null ? null : decode(record);
        } catch (SerializationException e) {
            catalogue.refuse("unreadable-record", e);
            return;
        }
        String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
        try {
            route(from, record, key, value);
        } catch (ClassCastException | IllegalArgumentException e) {
            catalogue.refuse("wrong-record", e);
        }
    }

    private SpecificRecord decode(ConsumerRecord<byte[], byte[]> record) {
        while (true) {
            try {
                return values.deserialize(record.topic(), record.headers(), record.value());
            } catch (RegistryUnavailableException e) {
                if (!running) {
                    throw new WakeupException();
                }
                // The record is sound, only its schema can't be fetched just now: skipping would lose it.
                LOG.warn("the schema registry is away; reading goes on when it is back: {}", e.getMessage());
                pause();
            }
        }
    }

    private void route(
            Consumer<byte[], byte[]> from,
            ConsumerRecord<byte[], byte[]> record,
            String key,
            @Nullable SpecificRecord value) {
        String topic = record.topic();
        if (topic.equals(topics.items())) {
            catalogue.applyItem(key, (CatalogItem) value, record.offset());
        } else if (topic.equals(topics.images())) {
            catalogue.applyImage(key, (CanonicalItem) value);
        } else if (topic.equals(topics.labels())) {
            catalogue.applyLabel(key, (WeakLabel) value);
        } else if (topic.equals(topics.aliases())) {
            LabelAlias alias = (LabelAlias) value;
            long label = Long.parseLong(key);
            catalogue.items().alias(label, alias == null ? label : alias.getSurvivor());
        } else if (topic.equals(topics.embeddings())) {
            ItemEmbedding embedding = (ItemEmbedding) value;
            catalogue.applyEmbedding(key, embedding);
            if (embedding != null && !embedding.getRefresh() && record.timestamp() >= startedAt) {
                // Measured here and not at the producer: a committed reader is who waits for it.
                catalogue.freshness().record(clock.millis() - embedding.getSourceTimestamp());
            }
        } else if (topic.equals(topics.generations()) && value instanceof GenerationEvent event) {
            catalogue.applyGeneration(event);
            if (event.getState() == GenerationState.COMPLETE) {
                Set<TopicPartition> held = partitionsOf(from, topics.embeddings());
                completions.completed(event, patiently(() -> from.endOffsets(held)));
            }
        }
    }

    private static Set<TopicPartition> partitionsOf(Consumer<byte[], byte[]> from, String topic) {
        return from.assignment().stream()
                .filter(partition -> partition.topic().equals(topic))
                .collect(Collectors.toSet());
    }

    private static long lagOf(Consumer<byte[], byte[]> from) {
        return from.assignment().stream()
                .mapToLong(partition -> from.currentLag(partition).orElse(0))
                .sum();
    }

    /** Data first, offsets second: after a crash records are applied again, which changes nothing. */
    private void commit(Consumer<byte[], byte[]> from) {
        catalogue.commit();
        for (TopicPartition partition : from.assignment()) {
            catalogue.items().note(noteOf(partition), Long.toString(position(from, partition)));
        }
        if (from.assignment().stream().anyMatch(held -> held.topic().equals(topics.embeddings()))) {
            catalogue.generations().replayNoted();
        }
    }

    private long position(Consumer<byte[], byte[]> from, TopicPartition partition) {
        return patiently(() -> from.position(partition));
    }

    /** A broker that is away for longer than a client waits says nothing of the index: searches go on, and so will this. */
    private <T> T patiently(Supplier<T> question) {
        while (true) {
            try {
                return question.get();
            } catch (TimeoutException e) {
                if (!running) {
                    throw new WakeupException();
                }
                LOG.warn("the broker does not answer; reading goes on when it does: {}", e.getMessage());
            }
        }
    }

    private static String noteOf(TopicPartition partition) {
        return "offset." + partition;
    }

    /** Stops reading, and keeps what was applied. Closes the catalogue index too. */
    @Override
    public void close() {
        running = false;
        try {
            thread.join(Duration.ofSeconds(20).toMillis());
            Consumer<byte[], byte[]> open = consumer;
            if (thread.isAlive() && open != null) {
                open.wakeup();
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        catalogue.close();
    }
}
