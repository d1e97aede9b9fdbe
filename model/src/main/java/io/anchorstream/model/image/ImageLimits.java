package io.anchorstream.model.image;

/**
 * What a picture may cost before it is decoded.
 *
 * @param maxBytes encoded size
 * @param maxPixels width x height
 * @param maxEdge width or height
 * @param maxCompression decoded bytes (three a pixel) per encoded byte, asked only of pictures above {@code
 *     freePixels}: flat drawings compress 500-fold honestly, and a small picture does no harm
 * @param freePixels size up to which {@code maxCompression} is not asked
 */
public record ImageLimits(int maxBytes, long maxPixels, int maxEdge, int maxCompression, long freePixels) {
    public ImageLimits {
        if (maxBytes < 1 || maxPixels < 1 || maxEdge < 1 || maxCompression < 1 || freePixels < 0) {
            throw new IllegalArgumentException("image limits must be positive, not " + maxBytes + " bytes, " + maxPixels
                    + " pixels, " + maxEdge + " px edge, compression " + maxCompression + ", " + freePixels
                    + " free pixels");
        }
    }

    /** 20 MB, 50 megapixels, 20,000 px, 400-fold above 4 megapixels. */
    public static ImageLimits defaults() {
        return new ImageLimits(20_000_000, 50_000_000, 20_000, 400, 4_000_000);
    }
}
