package io.anchorstream.topology.pacing;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets new items pass: after each piece of work it waits for as long as they are late, but never so long that the worker
 * is left with less than its share of the time. A backlog of hours therefore slows learning down and does not stop it. No
 * wait is long enough to miss a command or a poll by much.
 */
public final class Courtesy {
    private static final Duration LIMIT = Duration.ofMillis(400);
    private static final long NAP_MILLIS = 10;
    private static final long MOST_MILLIS = 1_000;

    private final Lateness lateness;
    private final double leastShare;

    /** @param leastShare of the time that is the worker's own whatever waits, above 0; with 1 it never waits */
    public Courtesy(Lateness lateness, double leastShare) {
        if (!(leastShare > 0 && leastShare <= 1)) {
            throw new IllegalArgumentException(
                    "the least share of time must be above 0 and at most 1, not " + leastShare);
        }
        this.lateness = lateness;
        this.leastShare = leastShare;
    }

    /**
     * Waits while new items are late.
     *
     * @param worked how long the piece of work just done took
     * @param closing ends the wait at zero
     * @throws InterruptedException if the thread is interrupted meanwhile
     */
    public void yieldAfter(Duration worked, CountDownLatch closing) throws InterruptedException {
        long most = Math.min(MOST_MILLIS, Math.round(worked.toMillis() * (1 - leastShare) / leastShare));
        for (long waited = 0; waited < most && lateness.exceeds(LIMIT); waited += NAP_MILLIS) {
            if (closing.await(NAP_MILLIS, TimeUnit.MILLISECONDS)) {
                return;
            }
        }
    }
}
