package io.anchorstream.topology.embedding;

import java.time.Clock;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

import io.anchorstream.topology.pacing.Lateness;

/** What this process's embedding tasks have done, for metrics and the status page. Safe for use by several threads. */
public final class EmbedProgress {
    private final Map<Integer, Partition> partitions = new ConcurrentHashMap<>();
    private final LongAdder fresh = new LongAdder();
    private final LongAdder refreshed = new LongAdder();
    private final LongAdder calls = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private final Lateness lateness;

    /** @param lateness is told of each new item that is taken up */
    public EmbedProgress(Lateness lateness) {
        this.lateness = lateness;
    }

    /** For a process in which nothing makes way for new items. */
    public EmbedProgress() {
        this(new Lateness(Clock.systemUTC()));
    }

    /**
     * A partition's refresh.
     *
     * @param items live items
     * @param embedded of those, items with a vector of the generation
     * @param perSecond items re-embedded a second, since the refresh began here
     */
    public record Partition(long generation, long version, long items, long embedded, boolean done, double perSecond) {

        /** Seconds until done at the present rate; infinite when nothing moves. */
        public double etaSeconds() {
            return done ? 0 : perSecond > 0 ? (items - embedded) / perSecond : Double.POSITIVE_INFINITY;
        }
    }

    /** The partitions that this process works on, by number. */
    public Map<Integer, Partition> partitions() {
        return new TreeMap<>(partitions);
    }

    /** Vectors written for new or changed items. */
    public long freshVectors() {
        return fresh.sum();
    }

    /** Vectors written by refreshes. */
    public long refreshedVectors() {
        return refreshed.sum();
    }

    /** Calls of the model; with the vectors this gives the mean size of a micro-batch. */
    public long inferenceCalls() {
        return calls.sum();
    }

    public double inferenceSeconds() {
        return nanos.sum() / 1e9;
    }

    void show(int partition, Partition state) {
        partitions.put(partition, state);
    }

    void forget(int partition) {
        partitions.remove(partition);
    }

    /** An item is new or changed and is being embedded. */
    void takesUp(long appendedAt) {
        lateness.embeds(appendedAt);
    }

    /** Vectors of a refresh that were kept from before. */
    void reused(int items) {
        refreshed.add(items);
    }

    void called(int items, boolean refresh, long nanoseconds) {
        (refresh ? refreshed : fresh).add(items);
        calls.increment();
        nanos.add(nanoseconds);
    }
}
