package io.anchorstream.schemas.registry;

import org.apache.kafka.common.errors.SerializationException;

/** The registry answered, and the answer is no; retrying gives the same. */
public class RegistryException extends SerializationException {

    private static final long serialVersionUID = 1L;

    private final int errorCode;

    /**
     * @param errorCode Confluent's five-digit code, or the HTTP status where the registry gave none
     */
    public RegistryException(int errorCode, String message) {
        super(message);
        this.errorCode = errorCode;
    }

    RegistryException(int errorCode, String message, Throwable cause) {
        super(message, cause);
        this.errorCode = errorCode;
    }

    /** Confluent's five-digit code, e.g. 40403, or the HTTP status where the registry gave none. */
    public int errorCode() {
        return errorCode;
    }
}
