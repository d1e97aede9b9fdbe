package io.anchorstream.model.image;

/**
 * Walks the segments of a JPEG (ITU T.81 annex B) for frame size, component count, EXIF orientation and the number of
 * scans: hundreds of progressive scans over a small file are a known way to keep a decoder busy.
 */
final class JpegHeaderReader {
    private static final int MAX_SCANS = 64;
    private static final int SOI = 0xd8;
    private static final int EOI = 0xd9;
    private static final int SOS = 0xda;
    private static final int APP1 = 0xe1;
    private static final int DHT = 0xc4;
    private static final int JPG = 0xc8;
    private static final int DAC = 0xcc;

    private JpegHeaderReader() {}

    static ImageHeader read(ByteView view) throws RejectedImageException {
        int orientation = ImageHeader.UPRIGHT;
        long at = 2;
        while (true) {
            int marker = marker(view, at);
            long length = segmentLength(view, at);
            if (marker == APP1 && orientation == ImageHeader.UPRIGHT) {
                orientation = ExifOrientation.read(view, at + 4, at + 2 + length);
            }
            if (isFrame(marker)) {
                return frame(view, at, marker, orientation);
            }
            if (marker == SOS) {
                throw bad("a JPEG needs a frame header before its first scan");
            }
            at += 2 + length;
        }
    }

    /** Follows the scans to the end-of-image marker. */
    static void checkWhole(ByteView view) throws RejectedImageException {
        int scans = 0;
        long at = 2;
        while (true) {
            int marker = marker(view, at);
            if (marker == EOI) {
                break;
            }
            at += 2 + segmentLength(view, at);
            if (marker == SOS) {
                scans++;
                if (scans > MAX_SCANS) {
                    throw new RejectedImageException(
                            ImageRejection.SUSPICIOUS_COMPRESSION,
                            "the JPEG has more than " + MAX_SCANS + " scans; save it again with fewer");
                }
                at = endOfScan(view, at);
            }
        }
        if (scans == 0) {
            throw new RejectedImageException(ImageRejection.CORRUPT, "the JPEG has no scan");
        }
    }

    private static ImageHeader frame(ByteView view, long at, int marker, int orientation)
            throws RejectedImageException {
        if (marker > 0xc2) {
            throw new RejectedImageException(
                    ImageRejection.UNSUPPORTED_ENCODING,
                    "only baseline and progressive JPEGs are read, not frame type 0x" + Integer.toHexString(marker));
        }
        int components = view.u8(at + 9);
        if (components != 1 && components != 3) {
            throw new RejectedImageException(
                    ImageRejection.UNSUPPORTED_ENCODING,
                    "a JPEG of " + components + " components (CMYK?) is not read; convert it to RGB");
        }
        if (view.u8(at + 4) != 8) {
            throw new RejectedImageException(
                    ImageRejection.UNSUPPORTED_ENCODING,
                    "a JPEG of " + view.u8(at + 4) + " bits a sample is not read; convert it to 8");
        }
        return new ImageHeader(view.u16be(at + 7), view.u16be(at + 5), orientation);
    }

    private static boolean isFrame(int marker) {
        return marker >= 0xc0 && marker <= 0xcf && marker != DHT && marker != JPG && marker != DAC;
    }

    private static int marker(ByteView view, long at) throws RejectedImageException {
        if (view.u8(at) != 0xff) {
            throw bad("the JPEG has no marker at byte " + at);
        }
        int marker = view.u8(at + 1);
        if (marker == 0xff) {
            return marker;
        }
        if (marker == 0 || marker == SOI) {
            throw bad("the JPEG has marker 0x" + Integer.toHexString(marker) + " at byte " + at);
        }
        return marker;
    }

    /** Length of the segment without its marker; -1 steps over one fill byte. */
    private static long segmentLength(ByteView view, long at) throws RejectedImageException {
        if (view.u8(at + 1) == 0xff) {
            return -1;
        }
        int length = view.u16be(at + 2);
        if (length < 2) {
            throw bad("the JPEG segment at byte " + at + " claims " + length + " bytes");
        }
        return length;
    }

    private static long endOfScan(ByteView view, long start) throws RejectedImageException {
        byte[] bytes = view.bytes();
        int at = (int) start;
        while (at + 1 < bytes.length) {
            if (bytes[at] == (byte) 0xff) {
                int next = bytes[at + 1] & 0xff;
                boolean stuffedOrRestart = next == 0 || next == 0xff || (next >= 0xd0 && next <= 0xd7);
                if (!stuffedOrRestart) {
                    return at;
                }
            }
            at++;
        }
        throw new RejectedImageException(
                ImageRejection.TRUNCATED, "the JPEG ends after " + bytes.length + " bytes within a scan");
    }

    private static RejectedImageException bad(String message) {
        return new RejectedImageException(ImageRejection.BAD_HEADER, message);
    }
}
