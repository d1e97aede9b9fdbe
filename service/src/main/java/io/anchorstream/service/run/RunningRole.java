package io.anchorstream.service.run;

import java.util.Optional;

/** A role at work in this process. */
public interface RunningRole extends AutoCloseable {
    /** For people: {@code label}, {@code train}, ... */
    String name();

    /** What it is doing, in a word or two. */
    String state();

    /** True while it can do its work; a rebalance or a restore makes it false for a while. */
    boolean ready();

    /** Why it stopped by itself, or empty while it has not. */
    Optional<Throwable> failure();

    /** Stops it within seconds, leaving nothing half done. */
    @Override
    void close();
}
