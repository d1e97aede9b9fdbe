package io.anchorstream.model.image;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A checked picture of fixed size: {@code size * size} pixels, three bytes each (red, green, blue), row by row from the
 * top left. This is the only form in which pictures travel behind the label role, so no later step decodes untrusted
 * bytes.
 *
 * <p>Encoded form: the four ASCII bytes {@code ASI1}, the size as an unsigned big-endian short, then the pixels.
 *
 * @param size edge in pixels
 * @param rgb {@code size * size * 3} bytes; not copied, must not be changed
 */
@SuppressWarnings("ArrayRecordComponent") // pictures are many and large: no defensive copies, equality by content below
public record CanonicalImage(int size, byte[] rgb) {
    private static final byte[] MAGIC = "ASI1".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER = MAGIC.length + Short.BYTES;

    public CanonicalImage {
        if (size < 1 || size > 0xffff) {
            throw new IllegalArgumentException("a canonical image has an edge of 1 to 65535 pixels, not " + size);
        }
        if (rgb.length != size * size * 3) {
            throw new IllegalArgumentException(
                    "a canonical image of " + size + " px has " + size * size * 3 + " bytes, not " + rgb.length);
        }
    }

    /** Whether the bytes begin as {@link #toBytes} writes them; says nothing of the rest. */
    public static boolean isCanonical(byte[] bytes) {
        return bytes.length >= HEADER && Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    /**
     * Reads the encoded form.
     *
     * @throws IllegalArgumentException if the bytes are not a whole canonical image
     */
    public static CanonicalImage fromBytes(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return fromBytes(copy);
    }

    /**
     * Reads the encoded form.
     *
     * @throws IllegalArgumentException if the bytes are not a whole canonical image
     */
    public static CanonicalImage fromBytes(byte[] bytes) {
        if (!isCanonical(bytes)) {
            throw new IllegalArgumentException("not a canonical image: " + bytes.length + " bytes without its header");
        }
        int size = Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort(MAGIC.length));
        return new CanonicalImage(size, Arrays.copyOfRange(bytes, HEADER, bytes.length));
    }

    public byte[] toBytes() {
        return ByteBuffer.allocate(HEADER + rgb.length)
                .put(MAGIC)
                .putShort((short) size)
                .put(rgb)
                .array();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CanonicalImage that && size == that.size && Arrays.equals(rgb, that.rgb);
    }

    @Override
    public int hashCode() {
        return 31 * size + Arrays.hashCode(rgb);
    }

    @Override
    public String toString() {
        return "CanonicalImage[" + size + "x" + size + "]";
    }
}
