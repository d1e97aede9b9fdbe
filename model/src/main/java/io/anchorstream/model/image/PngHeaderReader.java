package io.anchorstream.model.image;

import java.util.zip.CRC32;

/**
 * Walks the chunks of a PNG (W3C PNG, third edition, section 5). Checks that every chunk is whole and its sum right, so
 * that a truncated file is refused before the decoder could return the half it has.
 */
final class PngHeaderReader {
    private static final int SIGNATURE = 8;
    private static final int CHUNK_FRAME = 12;
    private static final int IHDR = 0x49484452;
    private static final int IDAT = 0x49444154;
    private static final int IEND = 0x49454e44;

    private PngHeaderReader() {}

    static ImageHeader read(ByteView view) throws RejectedImageException {
        if (view.i32be(SIGNATURE + 4) != IHDR || view.i32be(SIGNATURE) != 13) {
            throw new RejectedImageException(ImageRejection.BAD_HEADER, "a PNG begins with a 13-byte IHDR chunk");
        }
        return new ImageHeader(view.i32be(SIGNATURE + 8), view.i32be(SIGNATURE + 12));
    }

    static void checkWhole(ByteView view) throws RejectedImageException {
        boolean data = false;
        long at = SIGNATURE;
        while (true) {
            long length = view.i32be(at) & 0xffffffffL;
            int type = view.i32be(at + 4);
            view.u8(at + length + CHUNK_FRAME - 1);
            CRC32 sum = new CRC32();
            sum.update(view.bytes(), (int) at + 4, (int) length + 4);
            if ((int) sum.getValue() != view.i32be(at + 8 + length)) {
                throw new RejectedImageException(
                        ImageRejection.CORRUPT, "the PNG chunk at byte " + at + " does not match its check sum");
            }
            data |= type == IDAT;
            if (type == IEND) {
                break;
            }
            at += length + CHUNK_FRAME;
        }
        if (!data) {
            throw new RejectedImageException(ImageRejection.CORRUPT, "the PNG has no picture data (IDAT)");
        }
    }
}
