package io.anchorstream.schemas.serde;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

import org.apache.avro.io.BinaryData;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.util.Utf8;

/**
 * Avro binary straight into one growing array, so that a record is copied once, into its final place. Not thread-safe:
 * each thread has its own.
 */
final class ScratchEncoder extends BinaryEncoder {

    private static final int START = 8 * 1024;
    /** An array that one huge record made is let go, not kept for the life of the thread. */
    private static final int KEEP = 4 * 1024 * 1024;

    private byte[] buffer = new byte[START];
    private int size;

    /** Begins a new record, leaving room for the header. */
    void begin() {
        if (buffer.length > KEEP) {
            buffer = new byte[START];
        }
        size = WireFormat.HEADER;
    }

    /** The record with its header. */
    byte[] finish(int schemaId) {
        byte[] record = Arrays.copyOf(buffer, size);
        WireFormat.putHeader(record, schemaId);
        return record;
    }

    private void room(int bytes) {
        int needed = Math.addExact(size, bytes);
        if (needed > buffer.length) {
            buffer = Arrays.copyOf(buffer, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(needed, 2L * buffer.length)));
        }
    }

    @Override
    public void writeBoolean(boolean value) {
        room(1);
        buffer[size++] = (byte) (value ? 1 : 0);
    }

    @Override
    public void writeInt(int value) {
        room(5);
        size += BinaryData.encodeInt(value, buffer, size);
    }

    @Override
    public void writeLong(long value) {
        room(10);
        size += BinaryData.encodeLong(value, buffer, size);
    }

    @Override
    public void writeFloat(float value) {
        room(4);
        size += BinaryData.encodeFloat(value, buffer, size);
    }

    @Override
    public void writeDouble(double value) {
        room(8);
        size += BinaryData.encodeDouble(value, buffer, size);
    }

    @Override
    public void writeFixed(byte[] bytes, int start, int length) {
        room(length);
        System.arraycopy(bytes, start, buffer, size, length);
        size += length;
    }

    @Override
    public void writeFixed(ByteBuffer bytes) {
        int length = bytes.remaining();
        room(length);
        bytes.duplicate().get(buffer, size, length);
        size += length;
    }

    @Override
    public void writeBytes(ByteBuffer bytes) {
        writeInt(bytes.remaining());
        writeFixed(bytes);
    }

    @Override
    public void writeString(Utf8 utf8) throws IOException {
        writeBytes(utf8.getBytes(), 0, utf8.getByteLength());
    }

    @Override
    protected void writeZero() {
        room(1);
        buffer[size++] = 0;
    }

    @Override
    public int bytesBuffered() {
        return 0;
    }

    @Override
    public void flush() {
        // Nothing is held back.
    }
}
