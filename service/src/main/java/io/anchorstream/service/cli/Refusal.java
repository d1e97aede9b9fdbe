package io.anchorstream.service.cli;

/** A command cannot go on for a reason that the user can mend; the message says which and how. */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Refusal(String message) {
        super(message);
    }

    public Refusal(String message, Throwable cause) {
        super(message, cause);
    }
}
