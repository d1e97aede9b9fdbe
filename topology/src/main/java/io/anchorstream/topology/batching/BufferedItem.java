package io.anchorstream.topology.batching;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

import io.anchorstream.avro.BatchItem;
import io.anchorstream.topology.streams.FloatList;

/**
 * An item as it lies in the class buffers. Its own compact form instead of Avro: it is written and read for every item
 * and never leaves the store.
 *
 * @param textVector {@code float[T]}, or of length 0
 * @param image canonical image, encoded
 */
@SuppressWarnings("ArrayRecordComponent") // stored and drawn, never compared
record BufferedItem(String itemId, float confidence, float[] textVector, ByteBuffer image) {
    private static final byte FORMAT = 1;

    byte[] toBytes() {
        byte[] id = itemId.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes =
                ByteBuffer.allocate(1 + 4 + 4 + 4 + id.length + textVector.length * Float.BYTES + image.remaining());
        bytes.put(FORMAT).putFloat(confidence).putInt(id.length).putInt(textVector.length);
        bytes.put(id);
        bytes.asFloatBuffer().put(textVector);
        bytes.position(bytes.position() + textVector.length * Float.BYTES);
        return bytes.put(image.duplicate()).array();
    }

    static BufferedItem fromBytes(byte[] stored) {
        ByteBuffer bytes = ByteBuffer.wrap(stored);
        byte format = bytes.get();
        if (format != FORMAT) {
            throw new IllegalStateException("the class buffer holds items of format " + format + ", this version reads "
                    + FORMAT + "; reset the application's state");
        }
        float confidence = bytes.getFloat();
        byte[] id = new byte[bytes.getInt()];
        float[] vector = new float[bytes.getInt()];
        bytes.get(id);
        bytes.asFloatBuffer().get(vector);
        bytes.position(bytes.position() + vector.length * Float.BYTES);
        return new BufferedItem(new String(id, StandardCharsets.UTF_8), confidence, vector, bytes.slice());
    }

    BatchItem drawn(Pick pick) {
        return new BatchItem(itemId, pick.label(), confidence, pick.fresh(), image, FloatList.of(textVector));
    }
}
