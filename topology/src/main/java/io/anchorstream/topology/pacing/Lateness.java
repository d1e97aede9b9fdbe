package io.anchorstream.topology.pacing;

import java.time.Clock;
import java.time.Duration;

/**
 * How long new items have waited when the label role of this process takes them up. Written by stream threads, read by
 * whatever shares the cores with them; a process without that role is never late.
 */
public final class Lateness {
    /** Older sightings say nothing: the topic is empty, or the role has stopped. */
    private static final Duration MEMORY = Duration.ofSeconds(2);

    private final Clock clock;
    private volatile Sighting latest = new Sighting(Long.MIN_VALUE, 0);

    private record Sighting(long at, long waited) {}

    public Lateness(Clock clock) {
        this.clock = clock;
    }

    /**
     * An item is taken up.
     *
     * @param appendedAt the record's timestamp, in epoch milliseconds: the producer's unless the topic says otherwise
     */
    public void tookUp(long appendedAt) {
        long now = clock.millis();
        latest = new Sighting(now, now - appendedAt);
    }

    /** Whether the items taken up now have waited for longer than that. */
    public boolean exceeds(Duration limit) {
        Sighting seen = latest;
        return seen.at() > clock.millis() - MEMORY.toMillis() && seen.waited() > limit.toMillis();
    }
}
