package io.anchorstream.model.loss;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/**
 * Named arrays that a component needs to go on bit-identically. Names are paths such as {@code text/mean}; entries are
 * written in the order of their names, so equal states give equal bytes.
 */
public final class SavedState {
    private static final int FORMAT = 1;

    private final Map<String, byte[]> entries;
    private final String prefix;

    public SavedState() {
        this(new TreeMap<>(), "");
    }

    private SavedState(Map<String, byte[]> entries, String prefix) {
        this.entries = entries;
        this.prefix = prefix;
    }

    /** The same state, with {@code name/} put before every name. */
    public SavedState scope(String name) {
        return new SavedState(entries, prefix + name + "/");
    }

    public boolean has(String name) {
        return entries.containsKey(prefix + name);
    }

    public void putFloats(String name, float[] values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * Float.BYTES);
        buffer.asFloatBuffer().put(values);
        entries.put(prefix + name, buffer.array());
    }

    public float[] floats(String name) {
        ByteBuffer buffer = ByteBuffer.wrap(entry(name));
        float[] values = new float[buffer.remaining() / Float.BYTES];
        buffer.asFloatBuffer().get(values);
        return values;
    }

    public void putDoubles(String name, double... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * Double.BYTES);
        buffer.asDoubleBuffer().put(values);
        entries.put(prefix + name, buffer.array());
    }

    public double[] doubles(String name) {
        ByteBuffer buffer = ByteBuffer.wrap(entry(name));
        double[] values = new double[buffer.remaining() / Double.BYTES];
        buffer.asDoubleBuffer().get(values);
        return values;
    }

    public void putLongs(String name, long... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * Long.BYTES);
        buffer.asLongBuffer().put(values);
        entries.put(prefix + name, buffer.array());
    }

    public long[] longs(String name) {
        ByteBuffer buffer = ByteBuffer.wrap(entry(name));
        long[] values = new long[buffer.remaining() / Long.BYTES];
        buffer.asLongBuffer().get(values);
        return values;
    }

    private byte[] entry(String name) {
        byte[] bytes = entries.get(prefix + name);
        if (bytes == null) {
            throw new IllegalArgumentException("the saved state has no entry " + prefix + name
                    + "; it was written by another loss or version. It has " + entries.keySet());
        }
        return bytes;
    }

    /** One block of bytes, read back by {@link #fromBytes}. */
    public byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(FORMAT);
            out.writeInt(entries.size());
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                out.writeUTF(entry.getKey());
                out.writeInt(entry.getValue().length);
                out.write(entry.getValue());
            }
        } catch (IOException impossibleInMemory) {
            throw new UncheckedIOException(impossibleInMemory);
        }
        return bytes.toByteArray();
    }

    /** @throws IllegalArgumentException if the bytes are truncated or not a saved state */
    public static SavedState fromBytes(byte[] bytes) {
        SavedState state = new SavedState();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int format = in.readInt();
            if (format != FORMAT) {
                throw new IllegalArgumentException(
                        "saved state of format " + format + ", this program reads " + FORMAT);
            }
            int count = in.readInt();
            for (int i = 0; i < count; i++) {
                String name = in.readUTF();
                int length = in.readInt();
                byte[] value = in.readNBytes(length);
                if (value.length != length) {
                    throw new IllegalArgumentException("saved state ends inside entry " + name);
                }
                state.entries.put(name, value);
            }
        } catch (IOException truncated) {
            throw new IllegalArgumentException("not a whole saved state: " + bytes.length + " bytes", truncated);
        }
        return state;
    }
}
