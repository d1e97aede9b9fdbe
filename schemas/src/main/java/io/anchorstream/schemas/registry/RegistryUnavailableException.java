package io.anchorstream.schemas.registry;

/**
 * No registry could be reached or each answered with a server error, after retries. Says nothing about the record at
 * hand: a consumer should stop and try again, not turn its input into dead letters.
 */
public final class RegistryUnavailableException extends RegistryException {

    private static final long serialVersionUID = 1L;

    public RegistryUnavailableException(String message, Throwable cause) {
        super(503, message, cause);
    }
}
