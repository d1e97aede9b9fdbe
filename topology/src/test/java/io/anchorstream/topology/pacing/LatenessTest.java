package io.anchorstream.topology.pacing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LatenessTest {
    private static final Duration LIMIT = Duration.ofMillis(400);

    private final Moved clock = new Moved();
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
        clock.now = clock.now.plusSeconds(3);
        assertThat(lateness.exceeds(LIMIT)).isFalse();
    }

    private static final class Moved extends Clock {
        private Instant now = Instant.ofEpochSecond(1_000);

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException("one zone is enough");
        }
    }
}
