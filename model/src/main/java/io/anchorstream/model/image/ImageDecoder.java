package io.anchorstream.model.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Turns untrusted bytes into a {@link CanonicalImage}, or says why not. Checks in this order, each before the next costs
 * anything: byte size, format by magic, picture size from the header, compression ratio, wholeness of the container;
 * only then are pixels decoded.
 *
 * <p>PNG, JPEG (baseline and progressive, grey or colour, EXIF orientation honoured), GIF (first frame) and BMP are
 * read; transparent pixels land on white; the picture is averaged down into a white square with its aspect ratio kept.
 * Embedded colour profiles are ignored. A canonical image of the right size passes through, of another size is resized.
 *
 * <p>Safe for use by several threads. The global ImageIO disk cache is bypassed per stream rather than switched off.
 */
public final class ImageDecoder {
    /** Samples kept per output pixel and axis when a large picture is read with gaps. */
    private static final int OVERSAMPLING = 4;

    private final ImageLimits limits;
    private final int canonicalSize;

    public ImageDecoder(ImageLimits limits, int canonicalSize) {
        if (canonicalSize < 8 || canonicalSize > 1024) {
            throw new IllegalArgumentException(
                    "canonical images have an edge of 8 to 1024 pixels, not " + canonicalSize);
        }
        this.limits = limits;
        this.canonicalSize = canonicalSize;
    }

    public int canonicalSize() {
        return canonicalSize;
    }

    /** Names what was done to the pixels: pictures of different digests must not be mixed in one index. */
    public String preprocessing() {
        return "letterbox-white-area-" + canonicalSize + "/1";
    }

    /**
     * @throws RejectedImageException if a limit is passed, the format is not one of the four, or the picture is not whole
     */
    public CanonicalImage decode(byte[] bytes) throws RejectedImageException {
        if (bytes.length == 0) {
            throw new RejectedImageException(ImageRejection.EMPTY, "the picture has no bytes");
        }
        if (bytes.length > limits.maxBytes()) {
            throw new RejectedImageException(
                    ImageRejection.TOO_MANY_BYTES,
                    "the picture has " + bytes.length + " bytes, more than " + limits.maxBytes());
        }
        if (CanonicalImage.isCanonical(bytes)) {
            return fitted(bytes);
        }
        ImageFormat format = ImageFormat.of(bytes)
                .orElseThrow(
                        () -> new RejectedImageException(ImageRejection.UNKNOWN_FORMAT, PictureMagic.unknown(bytes)));
        ByteView view = new ByteView(bytes);
        ImageHeader header = header(format, view);
        checkSize(header, bytes.length);
        checkWhole(format, view, header);
        byte[] square = read(format, bytes, header);
        return new CanonicalImage(canonicalSize, ExifOrientation.upright(square, canonicalSize, header.orientation()));
    }

    private CanonicalImage fitted(byte[] bytes) throws RejectedImageException {
        CanonicalImage image;
        try {
            image = CanonicalImage.fromBytes(bytes);
        } catch (IllegalArgumentException e) {
            throw new RejectedImageException(ImageRejection.TRUNCATED, String.valueOf(e.getMessage()));
        }
        if (image.size() == canonicalSize) {
            return image;
        }
        int size = image.size();
        byte[] rgb = image.rgb();
        BoxFilter.Rows rows = (y, out) -> {
            for (int i = 0, at = y * size * 3; i < size * 3; i++, at++) {
                out[i] = rgb[at] & 0xff;
            }
        };
        return new CanonicalImage(canonicalSize, BoxFilter.letterbox(rows, size, size, canonicalSize));
    }

    private static ImageHeader header(ImageFormat format, ByteView view) throws RejectedImageException {
        return switch (format) {
            case PNG -> PngHeaderReader.read(view);
            case JPEG -> JpegHeaderReader.read(view);
            case GIF -> GifHeaderReader.read(view);
            case BMP -> BmpHeaderReader.read(view);
        };
    }

    private void checkSize(ImageHeader header, int encodedBytes) throws RejectedImageException {
        String size = header.width() + "x" + header.height() + " pixels";
        if (header.width() < 1 || header.height() < 1) {
            throw new RejectedImageException(ImageRejection.BAD_HEADER, "a picture cannot have " + size);
        }
        if (header.pixels() > limits.maxPixels()
                || header.width() > limits.maxEdge()
                || header.height() > limits.maxEdge()) {
            throw new RejectedImageException(
                    ImageRejection.TOO_MANY_PIXELS,
                    "the picture has " + size + "; at most " + limits.maxPixels() + " in all and " + limits.maxEdge()
                            + " an edge are decoded");
        }
        long ratio = header.pixels() * 3 / encodedBytes;
        if (header.pixels() > limits.freePixels() && ratio > limits.maxCompression()) {
            throw new RejectedImageException(
                    ImageRejection.SUSPICIOUS_COMPRESSION,
                    encodedBytes + " bytes would unfold " + ratio + "-fold to " + size + "; at most "
                            + limits.maxCompression() + "-fold is decoded");
        }
    }

    private static void checkWhole(ImageFormat format, ByteView view, ImageHeader header)
            throws RejectedImageException {
        switch (format) {
            case PNG -> PngHeaderReader.checkWhole(view);
            case JPEG -> JpegHeaderReader.checkWhole(view);
            case GIF -> GifHeaderReader.checkWhole(view);
            case BMP -> BmpHeaderReader.checkWhole(view, header);
        }
    }

    private byte[] read(ImageFormat format, byte[] bytes, ImageHeader header) throws RejectedImageException {
        ImageReader reader =
                ImageIO.getImageReadersByFormatName(format.readerName()).next();
        List<String> warnings = new ArrayList<>();
        reader.addIIOReadWarningListener((source, message) -> warnings.add(message));
        // Its own memory stream: no temporary file, whatever ImageIO's global cache setting is.
        try (MemoryCacheImageInputStream input = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            // Metadata stays unread: compressed text chunks are a bomb of their own.
            reader.setInput(input, true, true);
            checkDeclared(reader, header);
            ImageReadParam param = reader.getDefaultReadParam();
            int gap = Math.max(1, Math.max(header.width(), header.height()) / (canonicalSize * OVERSAMPLING));
            param.setSourceSubsampling(gap, gap, 0, 0);
            BufferedImage image = reader.read(0, param);
            for (String warning : warnings) {
                checkWarning(warning);
            }
            PixelRows rows = new PixelRows(image);
            return BoxFilter.letterbox(rows::read, image.getWidth(), image.getHeight(), canonicalSize);
        } catch (IOException | RuntimeException e) {
            // Decoders meet broken bytes with any runtime exception; all of them mean the same here.
            throw new RejectedImageException(
                    ImageRejection.CORRUPT, "the " + format + " cannot be decoded: " + e.getMessage());
        } finally {
            reader.dispose();
        }
    }

    /** The limits were asked of our reading of the header: the decoder must agree with it. */
    private static void checkDeclared(ImageReader reader, ImageHeader header)
            throws IOException, RejectedImageException {
        if (reader.getWidth(0) != header.width() || reader.getHeight(0) != header.height()) {
            throw new RejectedImageException(
                    ImageRejection.BAD_HEADER,
                    "the header says " + header.width() + "x" + header.height() + " but the decoder finds "
                            + reader.getWidth(0) + "x" + reader.getHeight(0));
        }
    }

    private static void checkWarning(String warning) throws RejectedImageException {
        String text = warning.toLowerCase(Locale.ROOT);
        if (text.contains("premature") || text.contains("truncated") || text.contains("missing eoi")) {
            throw new RejectedImageException(ImageRejection.TRUNCATED, "the decoder says: " + warning);
        }
        if (text.contains("corrupt") || text.contains("inconsistent")) {
            throw new RejectedImageException(ImageRejection.CORRUPT, "the decoder says: " + warning);
        }
    }
}
