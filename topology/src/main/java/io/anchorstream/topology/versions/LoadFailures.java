package io.anchorstream.topology.versions;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Models that could not be loaded. Weights that are not on the topic, or not those that the event names, are missing at
 * once: whoever read them has waited for them. Anything else, such as a broker that is away or an engine without memory,
 * may pass, and counts as lasting only after a minute of it; loading is tried again in either case. One thread writes, any
 * may ask.
 */
final class LoadFailures {
    static final Duration RETRY = Duration.ofSeconds(5);
    static final Duration LASTING = Duration.ofMinutes(1);

    private final Map<Long, Failure> failures = new ConcurrentHashMap<>();

    private record Failure(long since, long last, boolean missing) {
        boolean isLasting() {
            return missing || last - since >= LASTING.toMillis();
        }
    }

    /**
     * @param why an {@link IOException} says what is wrong with the weights, anything else what kept one from reading or
     *     loading them
     * @param now ms since the epoch
     */
    void failed(long version, Exception why, long now) {
        boolean missing = why instanceof IOException;
        failures.merge(
                version, new Failure(now, now, missing), (before, once) -> new Failure(before.since(), now, missing));
    }

    void loaded(long version) {
        failures.remove(version);
    }

    /** Forgets all others. */
    void retain(Set<Long> versions) {
        failures.keySet().retainAll(versions);
    }

    /** Whether it is too early for another try. */
    boolean rests(long version, long now) {
        Failure failure = failures.get(version);
        return failure != null && now < failure.last() + RETRY.toMillis();
    }

    /** Whether one should not wait for this model any longer. */
    boolean isLasting(long version) {
        Failure failure = failures.get(version);
        return failure != null && failure.isLasting();
    }
}
