package io.anchorstream.topology.labelling;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What this process's label tasks have fetched, for metrics. Safe for use by several threads. */
public final class FetchProgress {
    private final Map<Integer, Long> waiting = new ConcurrentHashMap<>();
    private final LongAdder fetched = new LongAdder();
    private final LongAdder failed = new LongAdder();

    /** Items of this process's partitions that wait for their pictures now. */
    public long waiting() {
        return waiting.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Pictures that came. */
    public long fetched() {
        return fetched.sum();
    }

    /** Pictures that could not be had: their items became dead letters. */
    public long failed() {
        return failed.sum();
    }

    void show(int partition, long items) {
        waiting.put(partition, items);
    }

    void forget(int partition) {
        waiting.remove(partition);
    }

    void ended(boolean well) {
        (well ? fetched : failed).increment();
    }
}
