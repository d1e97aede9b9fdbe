package io.anchorstream.model.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A plain array of numbers with a shape, as it lies in a {@link SafeTensors} file.
 *
 * @param data little-endian, row-major; read-only by convention
 */
@SuppressWarnings("ArrayRecordComponent") // bulk data, compared by digest
public record Tensor(Type type, long[] shape, byte[] data) {

    /** Element types, named as the file format names them. */
    public enum Type {
        F32(4),
        F64(8),
        I64(8),
        U8(1);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }

        public int bytes() {
            return bytes;
        }
    }

    public Tensor {
        long expected = Arrays.stream(shape).reduce(1, Math::multiplyExact) * type.bytes();
        if (expected != data.length) {
            throw new IllegalArgumentException(
                    "a tensor " + type + Arrays.toString(shape) + " has " + expected + " bytes, not " + data.length);
        }
    }

    public static Tensor of(float[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return new Tensor(Type.F32, shape.length == 0 ? new long[] {values.length} : shape, bytes.array());
    }

    public static Tensor of(double[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asDoubleBuffer().put(values);
        return new Tensor(Type.F64, new long[] {values.length}, bytes.array());
    }

    public static Tensor of(long[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        return new Tensor(Type.I64, new long[] {values.length}, bytes.array());
    }

    public static Tensor of(byte[] values) {
        return new Tensor(Type.U8, new long[] {values.length}, values);
    }

    public float[] floats() {
        float[] values = new float[buffer(Type.F32).remaining() / Float.BYTES];
        buffer(Type.F32).asFloatBuffer().get(values);
        return values;
    }

    public double[] doubles() {
        double[] values = new double[buffer(Type.F64).remaining() / Double.BYTES];
        buffer(Type.F64).asDoubleBuffer().get(values);
        return values;
    }

    public long[] longs() {
        long[] values = new long[buffer(Type.I64).remaining() / Long.BYTES];
        buffer(Type.I64).asLongBuffer().get(values);
        return values;
    }

    private ByteBuffer buffer(Type expected) {
        if (type != expected) {
            throw new IllegalArgumentException("a tensor of " + type + " is not one of " + expected);
        }
        return ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    }
}
