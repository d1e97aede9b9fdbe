package io.anchorstream.model.image;

/** Bounds-checked reads of untrusted bytes: running off the end is a truncated picture, not a crash. */
final class ByteView {
    private final byte[] bytes;

    ByteView(byte[] bytes) {
        this.bytes = bytes;
    }

    byte[] bytes() {
        return bytes;
    }

    int size() {
        return bytes.length;
    }

    int u8(long at) throws RejectedImageException {
        if (at < 0 || at >= bytes.length) {
            throw truncated(at);
        }
        return bytes[(int) at] & 0xff;
    }

    int u16be(long at) throws RejectedImageException {
        return u8(at) << 8 | u8(at + 1);
    }

    int u16le(long at) throws RejectedImageException {
        return u8(at) | u8(at + 1) << 8;
    }

    int i32be(long at) throws RejectedImageException {
        return u16be(at) << 16 | u16be(at + 2);
    }

    int i32le(long at) throws RejectedImageException {
        return u16le(at) | u16le(at + 2) << 16;
    }

    private RejectedImageException truncated(long at) {
        return new RejectedImageException(
                ImageRejection.TRUNCATED,
                "the picture ends after " + bytes.length + " bytes, before the byte at " + at + " that it needs");
    }
}
