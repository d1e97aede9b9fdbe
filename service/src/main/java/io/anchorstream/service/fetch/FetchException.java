package io.anchorstream.service.fetch;

/** A picture could not be fetched for good; the message says why and, where there is one, the way out. */
public final class FetchException extends Exception {
    private static final long serialVersionUID = 1L;

    public FetchException(String message) {
        super(message);
    }

    public FetchException(String message, Throwable cause) {
        super(message, cause);
    }
}
