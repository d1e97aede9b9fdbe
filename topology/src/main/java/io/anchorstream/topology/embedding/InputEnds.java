package io.anchorstream.topology.embedding;

import java.util.concurrent.CompletableFuture;

/** Where the inputs of the embed role end. Asked from stream threads, so that an answer must not keep them. */
public interface InputEnds {

    /** Nothing to wait for. */
    Ends NONE = new Ends(-1, -1);

    /**
     * Offsets of the last committed records of one partition that the role had not yet committed, -1 = none.
     *
     * @param pictures on {@code catalog.images}
     * @param labels on {@code catalog.labels}
     */
    record Ends(long pictures, long labels) {}

    /** The ends as they are now, or the reason for which they are not known. */
    CompletableFuture<Ends> of(int partition);
}
