package io.anchorstream.service.monitor;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

import io.anchorstream.service.index.AllPartitions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads some topics from their beginning for as long as the program runs, on a thread of its own. */
public final class TopicFollower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TopicFollower.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration RETRY = Duration.ofSeconds(3);
    private static final long DISCOVER_EVERY_MILLIS = 30_000;
    private static final long DISCOVER_FIRST_MILLIS = 1_000;

    private final List<String> topics;
    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> sink;
    private final Clock clock;
    private final Thread thread;
    private final Map<TopicPartition, Long> next = new HashMap<>();
    private volatile boolean running = true;
    private volatile @Nullable Throwable failure;

    /**
     * @param consumers opens a read-committed consumer without a group; called on the follower's thread
     * @param sink takes each record, on the follower's thread
     */
    public TopicFollower(
            String name,
            List<String> topics,
            Supplier<Consumer<byte[], byte[]>> consumers,
            java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> sink,
            Clock clock) {
        this.topics = List.copyOf(topics);
        this.consumers = consumers;
        this.sink = sink;
        this.clock = clock;
        this.thread = new Thread(this::run, name);
        this.thread.setDaemon(true);
    }

    public TopicFollower start() {
        thread.start();
        return this;
    }

    /** What ended the thread for good; empty while it goes on. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    private void run() {
        try {
            while (running) {
                try {
                    follow();
                } catch (WakeupException | InterruptException e) {
                    LOG.debug("{} was asked to stop", thread.getName());
                    return;
                } catch (RuntimeException e) {
                    LOG.warn("{} failed; going on after the record in {}", thread.getName(), RETRY, e);
                    pause(RETRY);
                }
            }
        } catch (InterruptException e) {
            LOG.debug("{} was asked to stop", thread.getName());
        } catch (Throwable e) {
            failure = e;
            LOG.error("{} stopped: its part of the page no longer changes; restart the program", thread.getName(), e);
        }
    }

    private void follow() {
        AllPartitions partitions = new AllPartitions(topics);
        try (Consumer<byte[], byte[]> consumer = consumers.get()) {
            long nextDiscovery = 0;
            while (running) {
                long now = clock.millis();
                if (now >= nextDiscovery) {
                    boolean all = partitions.discover(consumer, this::start);
                    nextDiscovery = now + (all ? DISCOVER_EVERY_MILLIS : DISCOVER_FIRST_MILLIS);
                }
                if (consumer.assignment().isEmpty()) {
                    pause(POLL);
                } else {
                    consumer.poll(POLL).forEach(this::take);
                }
            }
        }
    }

    private void start(Consumer<byte[], byte[]> from, TopicPartition partition) {
        Long known = next.get(partition);
        if (known == null) {
            from.seekToBeginning(List.of(partition));
        } else {
            from.seek(partition, known);
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        // Before the sink sees it: a record that it can't take must not come again for ever.
        next.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
        sink.accept(record);
    }

    @SuppressWarnings("ThreadSleep") // nothing to wait on before the topics exist
    private static void pause(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    @Override
    public void close() {
        running = false;
        try {
            thread.join(Duration.ofSeconds(5).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
