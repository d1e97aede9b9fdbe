package io.anchorstream.model.image;

/** Reads the header of an uncompressed Windows bitmap; run-length and embedded encodings are refused. */
final class BmpHeaderReader {
    private static final int UNCOMPRESSED = 0;
    private static final int BIT_FIELDS = 3;

    private BmpHeaderReader() {}

    static ImageHeader read(ByteView view) throws RejectedImageException {
        int headerSize = view.i32le(14);
        if (headerSize < 40) {
            throw new RejectedImageException(
                    ImageRejection.UNSUPPORTED_ENCODING,
                    "a BMP needs an info header of 40 bytes or more, not " + headerSize);
        }
        int compression = view.i32le(30);
        if (compression != UNCOMPRESSED && compression != BIT_FIELDS) {
            throw new RejectedImageException(
                    ImageRejection.UNSUPPORTED_ENCODING,
                    "only uncompressed BMPs are read, not compression " + compression);
        }
        int height = view.i32le(22);
        // A negative height means rows from the top; the smallest int has no positive twin and stays negative.
        return new ImageHeader(view.i32le(18), height < 0 ? -height : height);
    }

    static void checkWhole(ByteView view, ImageHeader header) throws RejectedImageException {
        long start = view.i32le(10) & 0xffffffffL;
        long row = (header.width() * (long) view.u16le(28) + 31) / 32 * 4;
        view.u8(start + row * header.height() - 1);
    }
}
