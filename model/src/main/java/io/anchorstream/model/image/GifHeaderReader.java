package io.anchorstream.model.image;

/** Walks the blocks of a GIF (GIF89a) up to the end of its first frame; later frames are never read. */
final class GifHeaderReader {
    private static final int SCREEN_DESCRIPTOR = 6;
    private static final int FIRST_BLOCK = 13;
    private static final int EXTENSION = 0x21;
    private static final int IMAGE = 0x2c;

    private GifHeaderReader() {}

    static ImageHeader read(ByteView view) throws RejectedImageException {
        long image = firstImage(view);
        return new ImageHeader(view.u16le(image + 5), view.u16le(image + 7));
    }

    static void checkWhole(ByteView view) throws RejectedImageException {
        long image = firstImage(view);
        long data = image + 10 + colourTable(view.u8(image + 9));
        afterSubBlocks(view, data + 1);
    }

    private static long firstImage(ByteView view) throws RejectedImageException {
        long at = (long) FIRST_BLOCK + colourTable(view.u8(SCREEN_DESCRIPTOR + 4));
        while (true) {
            int kind = view.u8(at);
            if (kind == IMAGE) {
                return at;
            }
            if (kind != EXTENSION) {
                throw new RejectedImageException(
                        ImageRejection.BAD_HEADER,
                        "the GIF has block 0x" + Integer.toHexString(kind) + " where its "
                                + "first frame should begin, at byte " + at);
            }
            at = afterSubBlocks(view, at + 2);
        }
    }

    private static long afterSubBlocks(ByteView view, long start) throws RejectedImageException {
        long at = start;
        while (true) {
            int length = view.u8(at);
            at += 1 + length;
            if (length == 0) {
                return at;
            }
        }
    }

    private static int colourTable(int flags) {
        return (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
    }
}
