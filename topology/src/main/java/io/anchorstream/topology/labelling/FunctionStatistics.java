package io.anchorstream.topology.labelling;

import java.util.concurrent.atomic.LongAdder;

/** How one labelling function did so far; read by metrics while stream threads count. */
public final class FunctionStatistics {
    final LongAdder votes = new LongAdder();
    final LongAdder overlaps = new LongAdder();
    final LongAdder conflicts = new LongAdder();
    final LongAdder overruns = new LongAdder();

    /** Items it voted on. Divided by all items: its coverage. */
    public long votes() {
        return votes.sum();
    }

    /** Items on which another function voted too. */
    public long overlaps() {
        return overlaps.sum();
    }

    /** Items on which another function voted for something else. */
    public long conflicts() {
        return conflicts.sum();
    }

    /** Items on which it gave up because its pattern backtracked too much. */
    public long overruns() {
        return overruns.sum();
    }
}
