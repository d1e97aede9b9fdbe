package io.anchorstream.topology.batching;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.anchorstream.avro.BatchItem;
import io.anchorstream.topology.streams.FloatList;

/**
 * An item as it lies in the class buffers. Its own compact form instead of Avro: it is written and read for every item
 * and never leaves the store.
 *
 * @param textVector {@code float[T]}, or of length 0
 * @param attributes of the catalogue, as {@code name=value}
 * @param image canonical image, encoded
 */
@SuppressWarnings("ArrayRecordComponent") // stored and drawn, never compared
record BufferedItem(String itemId, float confidence, float[] textVector, List<String> attributes, ByteBuffer image) {
    private static final byte FORMAT = 2;

    byte[] toBytes() {
        byte[] id = itemId.getBytes(StandardCharsets.UTF_8);
        List<byte[]> names = attributes.stream()
                .map(attribute -> attribute.getBytes(StandardCharsets.UTF_8))
                .toList();
        int described =
                names.stream().mapToInt(name -> Integer.BYTES + name.length).sum();
        ByteBuffer bytes = ByteBuffer.allocate(
                1 + 4 * 4 + id.length + textVector.length * Float.BYTES + described + image.remaining());
        bytes.put(FORMAT).putFloat(confidence).putInt(id.length).putInt(textVector.length);
        bytes.putInt(names.size());
        bytes.put(id);
        bytes.asFloatBuffer().put(textVector);
        bytes.position(bytes.position() + textVector.length * Float.BYTES);
        names.forEach(name -> bytes.putInt(name.length).put(name));
        return bytes.put(image.duplicate()).array();
    }

    static BufferedItem fromBytes(byte[] stored) {
        ByteBuffer bytes = ByteBuffer.wrap(stored);
        byte format = bytes.get();
        if (format < 1 || format > FORMAT) {
            throw new IllegalStateException("the class buffer holds items of format " + format
                    + ", this version reads 1 to " + FORMAT + "; reset the application's state");
        }
        float confidence = bytes.getFloat();
        byte[] id = new byte[bytes.getInt()];
        float[] vector = new float[bytes.getInt()];
        int described = format > 1 ? bytes.getInt() : 0;
        bytes.get(id);
        bytes.asFloatBuffer().get(vector);
        bytes.position(bytes.position() + vector.length * Float.BYTES);
        List<String> attributes = new ArrayList<>(described);
        for (int i = 0; i < described; i++) {
            byte[] name = new byte[bytes.getInt()];
            bytes.get(name);
            attributes.add(new String(name, StandardCharsets.UTF_8));
        }
        return new BufferedItem(new String(id, StandardCharsets.UTF_8), confidence, vector, attributes, bytes.slice());
    }

    BatchItem drawn(Pick pick) {
        return new BatchItem(
                itemId, pick.label(), confidence, pick.fresh(), image, FloatList.of(textVector), attributes);
    }
}
