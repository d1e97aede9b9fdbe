package io.anchorstream.topology.embedding;

import java.time.Clock;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far a partition's inputs must have been read before a generation may count as complete: to where they ended when
 * the generation began. Without it a role that starts late would call complete what it has not seen. Owned by a stream
 * thread.
 */
final class Frontier {
    private static final Logger LOG = LoggerFactory.getLogger(Frontier.class);

    /** A record that was skipped as unreadable is never seen here, but its offset is committed, and a new answer knows. */
    private static final long PATIENCE_MILLIS = 5_000;

    private final InputEnds ends;
    private final int partition;
    private final Clock clock;
    private long pictures = -1;
    private long labels = -1;
    private @Nullable CompletableFuture<InputEnds.Ends> wanted;
    private boolean complained;
    private long movedAt;

    Frontier(InputEnds ends, int partition, Clock clock) {
        this.ends = ends;
        this.partition = partition;
        this.clock = clock;
    }

    /** Takes where the inputs end now as the mark. */
    void move() {
        wanted = ends.of(partition);
        movedAt = clock.millis();
    }

    /** A record was read. */
    void read(Emission.Read read) {
        if (read.picture()) {
            pictures = read.offset();
        } else {
            labels = read.offset();
        }
    }

    /** Whether all that the generation must hold has been read. Asks again if the broker could not say. */
    boolean reached() {
        CompletableFuture<InputEnds.Ends> asked = wanted;
        if (asked == null || asked.isCompletedExceptionally()) {
            if (asked != null && !complained) {
                complained = true;
                LOG.warn("where the inputs of partition {} end is not known, asking again: {}", partition, why(asked));
            }
            move();
            return false;
        }
        if (!asked.isDone()) {
            return false;
        }
        complained = false;
        InputEnds.Ends mark = asked.join();
        boolean reached = pictures >= mark.pictures() && labels >= mark.labels();
        if (!reached && clock.millis() - movedAt > PATIENCE_MILLIS) {
            move();
        }
        return reached;
    }

    private static String why(CompletableFuture<?> failed) {
        return failed.handle((none, thrown) -> String.valueOf(thrown)).join();
    }
}
