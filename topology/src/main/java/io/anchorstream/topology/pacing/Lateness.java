package io.anchorstream.topology.pacing;

import java.time.Clock;
import java.time.Duration;

/**
 * How long new items have waited when the roles of this process take them up: to be labelled, and to be embedded. Written
 * by stream threads, read by whatever shares the cores with them; a process without these roles is never late.
 */
public final class Lateness {
    /** Older sightings say nothing: the topic is empty, or the role has stopped. */
    private static final Duration MEMORY = Duration.ofSeconds(2);

    /** What lies between the two roles even when neither is late: two commits and two polls. */
    private static final Duration ON_THE_WAY = Duration.ofMillis(800);

    private final Clock clock;
    private volatile Sighting labelling = new Sighting(Long.MIN_VALUE, 0);
    private volatile Sighting embedding = new Sighting(Long.MIN_VALUE, 0);

    private record Sighting(long at, long waited) {}

    public Lateness(Clock clock) {
        this.clock = clock;
    }

    /**
     * An item is taken up to be labelled.
     *
     * @param appendedAt the record's timestamp, in epoch milliseconds: the producer's unless the topic says otherwise
     */
    public void tookUp(long appendedAt) {
        long now = clock.millis();
        labelling = new Sighting(now, now - appendedAt);
    }

    /**
     * An item is taken up to be embedded.
     *
     * @param appendedAt as for {@link #tookUp}: the timestamp of the item, not of its picture or label
     */
    public void embeds(long appendedAt) {
        long now = clock.millis();
        embedding = new Sighting(now, now - appendedAt - ON_THE_WAY.toMillis());
    }

    /** Whether the items taken up now have waited for longer than that. */
    public boolean exceeds(Duration limit) {
        return exceeds(labelling, limit) || exceeds(embedding, limit);
    }

    private boolean exceeds(Sighting seen, Duration limit) {
        return seen.at() > clock.millis() - MEMORY.toMillis() && seen.waited() > limit.toMillis();
    }
}
