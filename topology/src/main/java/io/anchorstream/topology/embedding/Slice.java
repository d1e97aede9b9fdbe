package io.anchorstream.topology.embedding;

import java.time.Clock;

/**
 * The time and the number of items that one punctuation may use, and how long new items wait for company: a call of the
 * model costs about as much for one picture as for a group. Owned by a stream thread.
 */
final class Slice {
    /** Few new items at a time take up a twentieth of a stream thread's time for each partition, no more. */
    private static final int REST_FACTOR = 20;

    private static final long LONGEST_REST_MILLIS = 400;

    private final EmbedSettings settings;
    private final Clock clock;
    private long endsAt;
    private double millisPerItem;
    private double tokens;
    private long refilledAt = -1;
    private long restsUntil;
    private int full = 1;

    Slice(EmbedSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    void begin() {
        long now = clock.millis();
        endsAt = now + settings.slice().toMillis();
        full = batch();
        if (refilledAt >= 0) {
            double burst = Math.max(1, settings.refreshPerSecond());
            tokens = Math.min(burst, tokens + (now - refilledAt) / 1000.0 * settings.refreshPerSecond());
        }
        refilledAt = now;
    }

    boolean hasTime() {
        return clock.millis() < endsAt;
    }

    /** So many items fit into what is left of the slice, going by the calls before; at least one. */
    int batch() {
        if (millisPerItem <= 0) {
            return Math.min(8, settings.batchSize()); // the first call of a model is slow
        }
        double fit = (endsAt - clock.millis()) / millisPerItem;
        return (int) Math.max(1, Math.min(settings.batchSize(), fit));
    }

    /** Whether so many new items are embedded now: as many as fill a slice, or fewer once the rest after the last is over. */
    boolean takes(int items) {
        return items >= full || clock.millis() >= restsUntil;
    }

    /** New items were embedded, for all generations, since this moment. */
    void rest(long began) {
        long now = clock.millis();
        restsUntil = now + Math.min(LONGEST_REST_MILLIS, REST_FACTOR * (now - began));
    }

    /** How many of {@code wanted} items the rate limit lets through now. */
    int allowance(int wanted) {
        return settings.refreshPerSecond() <= 0 ? wanted : (int) Math.min(wanted, Math.floor(tokens));
    }

    void spend(int items) {
        tokens -= settings.refreshPerSecond() <= 0 ? 0 : items;
    }

    void took(int items, long nanos) {
        double measured = nanos / 1e6 / items;
        millisPerItem = millisPerItem <= 0 ? measured : 0.7 * millisPerItem + 0.3 * measured;
    }
}
