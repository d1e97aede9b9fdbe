package io.anchorstream.service.run;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** How often a failed thread is started anew before the failure counts as lasting. Safe for use by several threads. */
final class RestartBudget {
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    /** No longer than the first wait, so that a thread that fails again always counts again. */
    private static final Duration ONE_CAUSE = Duration.ofSeconds(1);

    private final int most;
    private final Duration window;
    private final Clock clock;
    private final Deque<Instant> spent = new ArrayDeque<>();

    /** Allows {@code most} restarts within {@code window}. */
    RestartBudget(int most, Duration window, Clock clock) {
        this.most = most;
        this.window = window;
        this.clock = clock;
    }

    /**
     * Takes a restart and says how long to wait before it, twice as long each time; empty when none is left. Failures
     * within a second share one: a broker that is away for a moment fails every thread.
     */
    synchronized Optional<Duration> spend() {
        Instant now = clock.instant();
        while (!spent.isEmpty() && !spent.peekFirst().isAfter(now.minus(window))) {
            spent.removeFirst();
        }
        boolean same = !spent.isEmpty() && now.isBefore(spent.peekLast().plus(ONE_CAUSE));
        if (!same && spent.size() >= most) {
            return Optional.empty();
        }
        if (!same) {
            spent.addLast(now);
        }
        return Optional.of(FIRST_WAIT.multipliedBy(1L << (spent.size() - 1)));
    }
}
