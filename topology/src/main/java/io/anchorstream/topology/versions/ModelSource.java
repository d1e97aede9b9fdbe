package io.anchorstream.topology.versions;

import java.util.Optional;

import io.anchorstream.model.training.Embedder;

/**
 * Models by version, loaded in the background: no call blocks, so that a stream thread may ask at any time. Safe for
 * use by several threads.
 */
public interface ModelSource {

    /** The promotion with the highest generation seen so far. */
    Optional<Promotion> promoted();

    /** The same, while an operator's order put that version in service: nobody waits with it for anything else. */
    Optional<Promotion> ordered();

    /**
     * The model of a version; empty while it is being loaded, which the first call starts. Use it within the slice
     * that asked: it may be closed a minute after the last call that named its version.
     */
    Optional<Embedder> embedder(long version);

    /**
     * True when the version's weights are gone, or could not be loaded for so long that one should not wait for it. A
     * failure that may pass does not count.
     */
    boolean isGone(long version);

    /**
     * @param version model version in service
     * @param generation generation that its vectors make up
     */
    record Promotion(long version, long generation) {}
}
