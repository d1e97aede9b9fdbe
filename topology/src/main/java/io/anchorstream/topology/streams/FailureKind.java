package io.anchorstream.topology.streams;

import java.io.IOException;

import io.anchorstream.schemas.registry.RegistryException;
import io.anchorstream.schemas.registry.RegistryUnavailableException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/**
 * Whether a failure is the record's fault or the surroundings'. Only the former may turn a record into a dead letter; a
 * registry, broker or disk that is away says nothing of the record, so the task must stop and try again.
 */
public enum FailureKind {
    RECORD,
    SURROUNDINGS;

    /** Confluent's codes for "no such subject, version or schema" and "not an Avro schema". */
    private static boolean isAboutTheRecord(RegistryException e) {
        int code = e.errorCode();
        return code == 404 || code / 100 == 404 || code == 422 || code / 100 == 422;
    }

    /**
     * Judges by the chain of causes. Below a serde's exception only the registry's own ones count: a decoder says with an
     * {@link IOException}, too, that a record ends too early.
     */
    public static FailureKind of(Throwable failure) {
        @Nullable Throwable cause = failure;
        boolean decoding = false;
        for (int depth = 0; cause != null && depth < 32; depth++) {
            if ((!decoding || cause instanceof RegistryException) && isSurroundings(cause)) {
                return SURROUNDINGS;
            }
            decoding |= cause instanceof SerializationException;
            cause = cause.getCause();
        }
        return RECORD;
    }

    private static boolean isSurroundings(Throwable cause) {
        if (cause instanceof RegistryException registry) {
            return registry instanceof RegistryUnavailableException || !isAboutTheRecord(registry);
        }
        if (cause instanceof SerializationException) {
            return false;
        }
        return cause instanceof KafkaException
                || cause instanceof RocksDBException
                || cause instanceof IOException
                || cause instanceof InterruptedException
                || cause instanceof Error;
    }
}
