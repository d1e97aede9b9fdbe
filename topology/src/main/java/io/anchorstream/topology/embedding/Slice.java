package io.anchorstream.topology.embedding;

import java.time.Clock;

/** The time and the number of items that one punctuation may use. Owned by a stream thread. */
final class Slice {
    private final EmbedSettings settings;
    private final Clock clock;
    private long endsAt;
    private double millisPerItem;
    private double tokens;
    private long refilledAt = -1;

    Slice(EmbedSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    void begin() {
        long now = clock.millis();
        endsAt = now + settings.slice().toMillis();
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
