package io.anchorstream.topology.versions;

import java.io.IOException;

/** Chunks of a version are not readable, and nothing says that they were deleted: they may still come. */
public final class IncompleteChunksException extends IOException {
    private static final long serialVersionUID = 1;

    IncompleteChunksException(String message) {
        super(message);
    }
}
