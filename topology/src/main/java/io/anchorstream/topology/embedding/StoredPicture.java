package io.anchorstream.topology.embedding;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

import io.anchorstream.model.image.CanonicalImage;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * A live item's picture in the item store. Layout: format byte 1, source partition, offset and timestamp, length and
 * UTF-8 of the preprocessing digest, the canonical image.
 *
 * @param image canonical image, encoded
 */
@SuppressWarnings("ArrayRecordComponent") // kilobytes, read from the store and handed on
record StoredPicture(int partition, long offset, long timestamp, String preprocessing, byte[] image) {
    private static final byte FORMAT = 1;

    static Serde<StoredPicture> serde() {
        return Serdes.serdeFrom((topic, it) -> it == null ? null : it.encode(), (topic, b) -> b == null ? null : of(b));
    }

    CanonicalImage decoded() {
        return CanonicalImage.fromBytes(image);
    }

    private byte[] encode() {
        byte[] name = preprocessing.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + Integer.BYTES + 2 * Long.BYTES + Short.BYTES + name.length + image.length)
                .put(FORMAT)
                .putInt(partition)
                .putLong(offset)
                .putLong(timestamp)
                .putShort((short) name.length)
                .put(name)
                .put(image)
                .array();
    }

    private static StoredPicture of(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        byte format = in.get();
        if (format != FORMAT) {
            throw new SerializationException("the item store holds format " + format + ", this program reads " + FORMAT
                    + ": reset the embed role's state");
        }
        int partition = in.getInt();
        long offset = in.getLong();
        long timestamp = in.getLong();
        byte[] name = new byte[Short.toUnsignedInt(in.getShort())];
        in.get(name);
        byte[] image = new byte[in.remaining()];
        in.get(image);
        return new StoredPicture(partition, offset, timestamp, new String(name, StandardCharsets.UTF_8), image);
    }
}
