package io.anchorstream.topology.pacing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Stands still until it is moved, or moves by so much whenever it is looked at. */
public final class ManualClock extends Clock {
    private final Duration step;
    private Instant now = Instant.ofEpochSecond(1_000);

    public ManualClock() {
        this(Duration.ZERO);
    }

    public ManualClock(Duration step) {
        this.step = step;
    }

    public void pass(Duration time) {
        now = now.plus(time);
    }

    @Override
    public Instant instant() {
        now = now.plus(step);
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
