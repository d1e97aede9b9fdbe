package io.anchorstream.topology.labelling;

import java.util.concurrent.CompletableFuture;

/** Gets pictures by their addresses, on threads of its own. */
@FunctionalInterface
public interface PictureSource {
    /**
     * Returns at once.
     *
     * @return the encoded picture; failed with an exception whose message says why it cannot be had, in bounded time
     */
    CompletableFuture<byte[]> fetch(String address);
}
