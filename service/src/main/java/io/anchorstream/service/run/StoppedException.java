package io.anchorstream.service.run;

/** The process was asked to stop while it was still starting. */
public final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoppedException(String part) {
        super("stopped before the " + part + " was started");
    }
}
