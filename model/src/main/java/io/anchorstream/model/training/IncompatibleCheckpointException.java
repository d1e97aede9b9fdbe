package io.anchorstream.model.training;

import java.io.IOException;

/**
 * A whole checkpoint of another network, loss or memory size than the configuration asks for. Unlike a damaged one it
 * must not be passed over: a changed setting would silently cost the trained model.
 */
public final class IncompatibleCheckpointException extends IOException {

    private static final long serialVersionUID = 1L;

    /** @param difference what differs, in one sentence without the full stop */
    public IncompatibleCheckpointException(String difference) {
        super(difference
                + ". Change the configuration back, or set train.start-over=true to begin a new model with it.");
    }
}
