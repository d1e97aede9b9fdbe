package io.anchorstream.topology.pacing;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LatenessTest {
    private static final Duration LIMIT = Duration.ofMillis(400);

    private final ManualClock clock = new ManualClock();
    private final Lateness lateness = new Lateness(clock);

    @Test
    void isNotLateBeforeAnythingCame() {
        assertThat(lateness.exceeds(LIMIT)).isFalse();
    }

    @Test
    void followsTheItemTakenUpLast() {
        lateness.tookUp(clock.millis() - 1_000);
        assertThat(lateness.exceeds(LIMIT)).isTrue();
        lateness.tookUp(clock.millis() - 10);
        assertThat(lateness.exceeds(LIMIT)).isFalse();
    }

    @Test
    void isLateWhenEitherRoleIs() {
        lateness.tookUp(clock.millis() - 10);
        lateness.embeds(clock.millis() - 900);
        assertThat(lateness.exceeds(LIMIT)).isFalse(); // what lies between the roles takes as long
        lateness.embeds(clock.millis() - 2_000);
        assertThat(lateness.exceeds(LIMIT)).isTrue();
        lateness.tookUp(clock.millis() - 20);
        assertThat(lateness.exceeds(LIMIT)).isTrue();
    }

    @Test
    void forgetsWhenNothingComesAnyMore() {
        lateness.tookUp(clock.millis() - 1_000);
        clock.pass(Duration.ofSeconds(3));
        assertThat(lateness.exceeds(LIMIT)).isFalse();
    }
}
