package io.anchorstream.service.run;

import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka Streams topology at work. A thread that failed, such as by a registry that is away for a moment, is replaced a
 * few times, threads that failed together counting once; a failure that lasts, any {@link Error} and any wrong
 * configuration stop the process.
 */
public final class StreamsRole implements RunningRole {
    private static final Logger LOG = LoggerFactory.getLogger(StreamsRole.class);
    private static final Duration CLOSE = Duration.ofSeconds(20);
    private static final int RESTARTS = 5;
    private static final Duration RESTART_WINDOW = Duration.ofMinutes(10);

    private final String name;
    private final KafkaStreams streams;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final RestartBudget restarts;
    private final boolean fixedMember;

    /** With the usual clients. */
    public StreamsRole(String name, Topology topology, Properties config, Clock clock) {
        this(name, topology, config, clock, Optional.empty());
    }

    /** With clients of another make, if any. */
    public StreamsRole(
            String name, Topology topology, Properties config, Clock clock, Optional<KafkaClientSupplier> clients) {
        this.restarts = new RestartBudget(RESTARTS, RESTART_WINDOW, clock);
        this.name = name;
        this.fixedMember = config.containsKey(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        this.streams = clients.map(supplier -> new KafkaStreams(topology, config, supplier))
                .orElseGet(() -> new KafkaStreams(topology, config));
        streams.setUncaughtExceptionHandler(this::answer);
        streams.setStateListener((now, before) -> LOG.debug("{}: {} -> {}", name, before, now));
    }

    /** What to do about a thread that is ending, on that thread. */
    StreamThreadExceptionResponse answer(Throwable thrown) {
        Optional<Duration> wait = isLasting(thrown) ? Optional.empty() : restarts.spend();
        if (wait.isPresent()) {
            LOG.warn("a thread of the {} role failed and is replaced in {}", name, wait.get(), thrown);
            pause(wait.get());
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        }
        LOG.error("the {} role failed for good", name, thrown);
        failure.compareAndSet(null, thrown);
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    private static boolean isLasting(Throwable thrown) {
        return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause)
                .anyMatch(cause -> cause instanceof Error || cause instanceof ConfigException);
    }

    private void pause(Duration time) {
        try {
            if (closing.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("closing");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public StreamsRole start() {
        streams.start();
        return this;
    }

    /** For metrics and for queries of state. */
    public KafkaStreams streams() {
        return streams;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String state() {
        return streams.state().name().toLowerCase(Locale.ROOT);
    }

    @Override
    public boolean ready() {
        return streams.state() == KafkaStreams.State.RUNNING;
    }

    @Override
    public Optional<Throwable> failure() {
        Throwable thrown = failure.get();
        if (thrown == null && streams.state() == KafkaStreams.State.ERROR) {
            return Optional.of(new IllegalStateException("Kafka Streams of the " + name + " role is in state ERROR"));
        }
        return Optional.ofNullable(thrown);
    }

    /**
     * Leaves the group, so that another instance takes over in a second instead of after a session time-out. A member
     * with a {@code group.instance.id} stays: it is about to come back for its own partitions (KIP-345).
     */
    @Override
    public void close() {
        closing.countDown();
        boolean closed = streams.close(CloseOptions.timeout(CLOSE)
                .withGroupMembershipOperation(
                        fixedMember
                                ? CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP
                                : CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        if (!closed) {
            LOG.warn(
                    "the {} role did not stop within {} s; its open transaction will be aborted",
                    name,
                    CLOSE.toSeconds());
        }
    }
}
