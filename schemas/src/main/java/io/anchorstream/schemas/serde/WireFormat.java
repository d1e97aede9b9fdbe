package io.anchorstream.schemas.serde;

import org.apache.kafka.common.errors.SerializationException;

/** Confluent's envelope: a zero byte, the schema id as four bytes big-endian, then Avro binary. */
final class WireFormat {

    static final byte MAGIC = 0;
    static final int HEADER = 5;

    private WireFormat() {}

    static void putHeader(byte[] target, int id) {
        target[0] = MAGIC;
        target[1] = (byte) (id >>> 24);
        target[2] = (byte) (id >>> 16);
        target[3] = (byte) (id >>> 8);
        target[4] = (byte) id;
    }

    /** The schema id of an envelope that begins at {@code offset}. */
    static int schemaId(String topic, byte[] data, int offset, int length) {
        if (length < HEADER) {
            throw new SerializationException("A record in Confluent's wire format has at least " + HEADER
                    + " bytes; a value on " + topic + " has " + length
                    + ". Write it with a registry-aware serializer.");
        }
        if (data[offset] != MAGIC) {
            throw new SerializationException(
                    "A record in Confluent's wire format begins with byte 0; a value on " + topic
                            + " begins with byte " + (data[offset] & 0xFF)
                            + ". Plain JSON, plain Avro and text cannot be read: write it with a registry-aware"
                            + " serializer.");
        }
        return (data[offset + 1] & 0xFF) << 24
                | (data[offset + 2] & 0xFF) << 16
                | (data[offset + 3] & 0xFF) << 8
                | (data[offset + 4] & 0xFF);
    }
}
