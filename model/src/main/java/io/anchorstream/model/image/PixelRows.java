package io.anchorstream.model.image;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;

/**
 * Reads rows of a decoded picture as RGB on white. Samples are taken as they are (sRGB assumed), because AWT's own
 * conversion brightens grey pictures and is several times slower.
 */
final class PixelRows {
    private final Raster raster;
    private final int width;
    private final int bands;
    private final int[] palette;
    private final byte[] data;
    private final int pixelStride;
    private final int scanlineStride;
    private final int[] bandOffsets;
    private final int shift;
    private int[] samples = new int[0];

    PixelRows(BufferedImage image) {
        raster = image.getRaster();
        width = image.getWidth();
        bands = raster.getNumBands();
        shift = Math.max(0, raster.getSampleModel().getSampleSize(0) - 8);
        palette = image.getColorModel() instanceof IndexColorModel colours ? argb(colours) : new int[0];
        if (raster.getSampleModel() instanceof PixelInterleavedSampleModel model
                && raster.getDataBuffer() instanceof DataBufferByte buffer
                && buffer.getNumBanks() == 1
                && raster.getSampleModelTranslateX() == 0
                && raster.getSampleModelTranslateY() == 0) {
            data = buffer.getData();
            pixelStride = model.getPixelStride();
            scanlineStride = model.getScanlineStride();
            bandOffsets = model.getBandOffsets();
        } else {
            data = new byte[0];
            pixelStride = 0;
            scanlineStride = 0;
            bandOffsets = new int[0];
        }
    }

    /** Fills {@code rgb[width * 3]} with row {@code y}, values 0..255. */
    void read(int y, int[] rgb) {
        if (palette.length > 0) {
            readIndexed(y, rgb);
        } else if (data.length > 0) {
            readBytes(y, rgb);
        } else {
            readSamples(y, rgb);
        }
    }

    private void readBytes(int y, int[] rgb) {
        int at = y * scanlineStride;
        int red = bandOffsets[0];
        int green = bands < 3 ? red : bandOffsets[1];
        int blue = bands < 3 ? red : bandOffsets[2];
        boolean transparent = bands == 2 || bands == 4;
        int alphaOffset = transparent ? bandOffsets[bands - 1] : 0;
        for (int x = 0, out = 0; x < width; x++, at += pixelStride, out += 3) {
            int r = data[at + red] & 0xff;
            int g = data[at + green] & 0xff;
            int b = data[at + blue] & 0xff;
            if (transparent) {
                int alpha = data[at + alphaOffset] & 0xff;
                r = onWhite(r, alpha);
                g = onWhite(g, alpha);
                b = onWhite(b, alpha);
            }
            rgb[out] = r;
            rgb[out + 1] = g;
            rgb[out + 2] = b;
        }
    }

    private void readIndexed(int y, int[] rgb) {
        samples = raster.getSamples(0, y, width, 1, 0, sized(width));
        for (int x = 0, out = 0; x < width; x++, out += 3) {
            int argb = palette[Math.min(samples[x], palette.length - 1)];
            int alpha = argb >>> 24;
            rgb[out] = onWhite(argb >> 16 & 0xff, alpha);
            rgb[out + 1] = onWhite(argb >> 8 & 0xff, alpha);
            rgb[out + 2] = onWhite(argb & 0xff, alpha);
        }
    }

    private void readSamples(int y, int[] rgb) {
        samples = raster.getPixels(0, y, width, 1, sized(width * bands));
        for (int x = 0, at = 0, out = 0; x < width; x++, at += bands, out += 3) {
            int alpha = bands == 2 || bands == 4 ? samples[at + bands - 1] >> shift : 255;
            for (int c = 0; c < 3; c++) {
                rgb[out + c] = onWhite(samples[at + (bands < 3 ? 0 : c)] >> shift, alpha);
            }
        }
    }

    private int[] sized(int length) {
        return samples.length == length ? samples : new int[length];
    }

    private static int onWhite(int value, int alpha) {
        return alpha == 255 ? value : (value * alpha + 255 * (255 - alpha) + 127) / 255;
    }

    private static int[] argb(IndexColorModel colours) {
        int[] argb = new int[colours.getMapSize()];
        colours.getRGBs(argb);
        return argb;
    }
}
