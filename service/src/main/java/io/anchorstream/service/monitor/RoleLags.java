package io.anchorstream.service.monitor;

import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * How far each role is behind. The trainer commits offsets with its versions only, so that what it has trained on since
 * is told by its steps. Not thread-safe.
 */
public final class RoleLags {
    private final ConsumerLag groups;
    private final BatchesWaiting waiting;
    private final LearningHistory learning;
    private final String batches;

    /**
     * @param batches topic of the mini-batches
     */
    public RoleLags(ConsumerLag groups, BatchesWaiting waiting, LearningHistory learning, String batches) {
        this.groups = groups;
        this.waiting = waiting;
        this.learning = learning;
        this.batches = batches;
    }

    /** Committed records not yet consumed, by role; a role that has not consumed anything is left out. */
    public Map<String, Long> read() throws ExecutionException, InterruptedException, TimeoutException {
        Map<String, Long> lags = groups.byRole();
        OptionalLong next = learning.nextOffset();
        if (next.isPresent()) {
            lags.put("train", waiting.count(next.getAsLong(), groups.end(batches)));
        }
        return lags;
    }
}
