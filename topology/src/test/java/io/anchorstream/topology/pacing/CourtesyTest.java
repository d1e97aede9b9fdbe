package io.anchorstream.topology.pacing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CourtesyTest {
    private static final Duration STEP = Duration.ofMillis(20);

    private final Clock clock = Clock.fixed(Instant.ofEpochSecond(1_000), ZoneOffset.UTC);
    private final Lateness lateness = new Lateness(clock);
    private final CountDownLatch closing = new CountDownLatch(1);

    @Test
    void doesNotWaitWhileNothingIsLate() throws InterruptedException {
        assertThat(waitAfter(STEP, 0.001)).isLessThan(Duration.ofSeconds(5));
        lateness.tookUp(clock.millis() - 100);
        assertThat(waitAfter(STEP, 0.001)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void keepsItsLeastShareHoweverLateNewItemsAre() throws InterruptedException {
        lateness.tookUp(clock.millis() - 3_600_000);

        assertThat(waitAfter(STEP, 0.2)).isGreaterThanOrEqualTo(Duration.ofMillis(80));
    }

    @Test
    void neverWaitsWithAShareOfOne() throws InterruptedException {
        lateness.tookUp(clock.millis() - 3_600_000);

        assertThat(waitAfter(Duration.ofHours(1), 1)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void stopsWaitingWhenItIsClosed() throws InterruptedException {
        lateness.tookUp(clock.millis() - 3_600_000);
        closing.countDown();

        assertThat(waitAfter(Duration.ofHours(1), 0.1)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void refusesAShareThatWouldStopLearning() {
        assertThatThrownBy(() -> new Courtesy(lateness, 0))
                .hasMessageContaining("above 0")
                .hasMessageContaining("0.0");
    }

    private Duration waitAfter(Duration worked, double share) throws InterruptedException {
        long began = System.nanoTime();
        new Courtesy(lateness, share).yieldAfter(worked, closing);
        return Duration.ofNanos(System.nanoTime() - began);
    }
}
