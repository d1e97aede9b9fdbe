package io.anchorstream.service.run;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;

import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A Kafka Streams topology at work. A failure that its handlers did not turn into a dead letter stops the process. */
public final class StreamsRole implements RunningRole {
    private static final Logger LOG = LoggerFactory.getLogger(StreamsRole.class);
    private static final Duration CLOSE = Duration.ofSeconds(20);

    private final String name;
    private final KafkaStreams streams;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    public StreamsRole(String name, Topology topology, Properties config) {
        this.name = name;
        this.streams = new KafkaStreams(topology, config);
        streams.setUncaughtExceptionHandler(thrown -> {
            LOG.error("the {} role failed", name, thrown);
            failure.compareAndSet(null, thrown);
            return StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        streams.setStateListener((now, before) -> LOG.debug("{}: {} -> {}", name, before, now));
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

    /** Leaves the group, so that another instance takes over in a second instead of after a session time-out. */
    @Override
    public void close() {
        boolean closed = streams.close(CloseOptions.timeout(CLOSE)
                .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        if (!closed) {
            LOG.warn(
                    "the {} role did not stop within {} s; its open transaction will be aborted",
                    name,
                    CLOSE.toSeconds());
        }
    }
}
