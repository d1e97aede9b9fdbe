package io.anchorstream.service.run;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.spi.FilterReply;
import io.anchorstream.service.config.ConfigurationException;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.monitor.TopicFollower;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FailuresTest {
    private static final Clock NOW = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

    @Test
    void replacesAStreamThreadAFewTimesAndThenStopsWithTheCause() {
        ManualClock clock = new ManualClock();
        StreamsRole role = role(clock);
        role.close(); // so that no wait is waited for
        RuntimeException away = new IllegalStateException("the registry is away");

        for (int i = 0; i < 5; i++) {
            for (int thread = 0; thread < 8; thread++) {
                assertThat(role.answer(away))
                        .as("failure %s of thread %s", i, thread)
                        .isEqualTo(StreamThreadExceptionResponse.REPLACE_THREAD);
            }
            clock.pass(Duration.ofSeconds(1));
        }
        assertThat(role.failure()).isEmpty();
        assertThat(role.answer(away)).isEqualTo(StreamThreadExceptionResponse.SHUTDOWN_CLIENT);
        assertThat(role.failure()).contains(away);
    }

    @Test
    void stopsAtOnceOnAnErrorOfTheMachine() {
        StreamsRole role = role();

        assertThat(role.answer(new IllegalStateException(new OutOfMemoryError("simulated"))))
                .isEqualTo(StreamThreadExceptionResponse.SHUTDOWN_CLIENT);
        role.close();
    }

    @Test
    void stopsAtOnceOnAConfigurationThatNoNewThreadMends() {
        StreamsRole role = role();

        assertThat(role.answer(new IllegalStateException(new ConfigException("labels made with other settings"))))
                .isEqualTo(StreamThreadExceptionResponse.SHUTDOWN_CLIENT);
        role.close();
    }

    @Test
    void hidesOnlyWhatKafkaSaysAndRepairs() {
        RetriedErrors filter = new RetriedErrors();

        assertThat(filter.decide(line("org.apache.kafka.streams.Task", "x TaskCorruptedException y")))
                .isEqualTo(FilterReply.DENY);
        assertThat(filter.decide(line("org.apache.kafka.streams.Task", "disk full")))
                .isEqualTo(FilterReply.NEUTRAL);
        assertThat(filter.decide(line(StreamsRole.class.getName(), "the role failed: TaskCorruptedException")))
                .as("our own lines tell of what was not repaired")
                .isEqualTo(FilterReply.NEUTRAL);
    }

    private static LoggingEvent line(String logger, String text) {
        LoggingEvent event = new LoggingEvent();
        event.setLoggerName(logger);
        event.setLevel(Level.ERROR);
        event.setMessage(text);
        return event;
    }

    @Test
    void aPartThatComesTooLateIsClosedAtOnce() {
        ServiceProcess process = new ServiceProcess();
        List<String> closed = new ArrayList<>();
        process.own("first", () -> closed.add("first"));
        process.close();

        assertThatThrownBy(() -> process.own("late", () -> closed.add("late")))
                .isInstanceOf(StoppedException.class)
                .hasMessageContaining("before the late was started");
        assertThat(closed).containsExactly("first", "late");
    }

    @Test
    void waitsTwiceAsLongBeforeEachRestart() {
        ManualClock clock = new ManualClock();
        RestartBudget budget = new RestartBudget(2, Duration.ofMinutes(10), clock);

        assertThat(budget.spend()).contains(Duration.ofSeconds(1));
        clock.pass(Duration.ofSeconds(1));
        assertThat(budget.spend()).contains(Duration.ofSeconds(2));
        clock.pass(Duration.ofMillis(999));
        assertThat(budget.spend()).as("of the same cause").contains(Duration.ofSeconds(2));
        clock.pass(Duration.ofMillis(1));
        assertThat(budget.spend()).isEmpty();
    }

    @Test
    void tellsOfAThreadThatAnErrorEnded() {
        try (TopicFollower follower = new TopicFollower(
                        "test",
                        List.of("topic"),
                        () -> {
                            throw new NoClassDefFoundError("simulated");
                        },
                        record -> {},
                        NOW)
                .start()) {
            Awaitility.await().until(() -> follower.failure().isPresent());
            assertThat(follower.failure().orElseThrow()).isInstanceOf(NoClassDefFoundError.class);
        }
    }

    @Test
    void refusesMiniBatchesThatNoRecordHolds() {
        Settings settings = Settings.resolve(
                Keys.all(),
                List.of(new Settings.Layer(
                        "flag",
                        Map.of(
                                Keys.IMAGE_SIZE.name(), "512",
                                Keys.BATCH_LABELS.name(), "16",
                                Keys.BATCH_ITEMS.name(), "4"))));

        assertThatThrownBy(() -> Labelling.requireBatchesFit(settings))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("image.size = 512", "batch.labels = 16", "batch.items-per-label = 4");
    }

    private static StreamsRole role() {
        return role(NOW);
    }

    private static StreamsRole role(Clock clock) {
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream("in").to("out");
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "failures");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:1");
        return new StreamsRole("label", builder.build(), config, clock);
    }
}
