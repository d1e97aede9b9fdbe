package io.anchorstream.topology.versions;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Models that could not be loaded. Weights that were deleted, or are not those that the event names, are missing at
 * once. Anything else, such as chunks that are not readable yet, a broker that is away or an engine without memory, may
 * pass, and counts as lasting only after a minute of tries, one soon after the other; loading is tried again in either
 * case. One thread writes, any may ask.
 */
final class LoadFailures {
    static final Duration RETRY = Duration.ofSeconds(5);
    static final Duration LASTING = Duration.ofMinutes(1);

    /** After a longer rest nobody wanted the model meanwhile, and the minute begins anew. */
    static final Duration GAP = RETRY.multipliedBy(3);

    private final Map<Long, Failure> failures = new ConcurrentHashMap<>();

    private record Failure(long since, long last, boolean missing) {
        boolean isLasting() {
            return missing || last - since >= LASTING.toMillis();
        }
    }

    /**
     * @param why an {@link IOException} says what is wrong with the weights, unless they are only incomplete; anything
     *     else what kept one from reading or loading them
     * @param began when this try did, in ms since the epoch: it may have taken longer than the rest before it
     * @param now ms since the epoch
     */
    void failed(long version, Exception why, long began, long now) {
        boolean missing = why instanceof IOException && !(why instanceof IncompleteChunksException);
        Failure first = new Failure(now, now, missing);
        failures.merge(
                version,
                first,
                (before, once) ->
                        began > before.last() + GAP.toMillis() ? first : new Failure(before.since(), now, missing));
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
