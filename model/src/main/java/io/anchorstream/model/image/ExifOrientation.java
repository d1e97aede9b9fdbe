package io.anchorstream.model.image;

/** Reads the orientation tag (0x0112) of an EXIF segment, and turns square pictures upright by it. */
final class ExifOrientation {
    private static final int TAG = 0x0112;
    private static final int MAX_ENTRIES = 512;

    private ExifOrientation() {}

    /**
     * The orientation 1..8 told by the bytes from {@code start} to {@code end}; upright when they tell none. A broken
     * EXIF block is no reason to refuse a good picture.
     */
    static int read(ByteView view, long start, long end) {
        try {
            boolean exif = view.i32be(start) == 0x45786966 && view.u16be(start + 4) == 0;
            return exif ? readTiff(view, start + 6, Math.min(end, view.size())) : ImageHeader.UPRIGHT;
        } catch (RejectedImageException e) {
            return ImageHeader.UPRIGHT;
        }
    }

    private static int readTiff(ByteView view, long tiff, long end) throws RejectedImageException {
        boolean little = view.u16be(tiff) == 0x4949;
        long directory = tiff + (u32(view, tiff + 4, little) & 0xffffffffL);
        int entries = Math.min(u16(view, directory, little), MAX_ENTRIES);
        for (int i = 0; i < entries; i++) {
            long entry = directory + 2 + 12L * i;
            if (entry + 12 > end) {
                break;
            }
            if (u16(view, entry, little) == TAG) {
                int orientation = u16(view, entry + 8, little);
                return orientation >= 1 && orientation <= 8 ? orientation : ImageHeader.UPRIGHT;
            }
        }
        return ImageHeader.UPRIGHT;
    }

    /**
     * Turns a square picture upright. Done on the small canonical square, where it costs nothing: the letterbox is
     * centred, so turning commutes with it.
     */
    static byte[] upright(byte[] rgb, int size, int orientation) {
        if (orientation == ImageHeader.UPRIGHT) {
            return rgb;
        }
        byte[] turned = new byte[rgb.length];
        int last = size - 1;
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                int fromX;
                int fromY;
                switch (orientation) {
                    case 2 -> {
                        fromX = last - x;
                        fromY = y;
                    }
                    case 3 -> {
                        fromX = last - x;
                        fromY = last - y;
                    }
                    case 4 -> {
                        fromX = x;
                        fromY = last - y;
                    }
                    case 5 -> {
                        fromX = y;
                        fromY = x;
                    }
                    case 6 -> {
                        fromX = y;
                        fromY = last - x;
                    }
                    case 7 -> {
                        fromX = last - y;
                        fromY = last - x;
                    }
                    default -> {
                        fromX = last - y;
                        fromY = x;
                    }
                }
                System.arraycopy(rgb, (fromY * size + fromX) * 3, turned, (y * size + x) * 3, 3);
            }
        }
        return turned;
    }

    private static int u16(ByteView view, long at, boolean little) throws RejectedImageException {
        return little ? view.u16le(at) : view.u16be(at);
    }

    private static int u32(ByteView view, long at, boolean little) throws RejectedImageException {
        return little ? view.i32le(at) : view.i32be(at);
    }
}
