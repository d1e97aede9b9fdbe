package io.anchorstream.model.network;

import java.nio.FloatBuffer;

import ai.djl.ndarray.types.Shape;
import io.anchorstream.model.image.CanonicalImage;

/**
 * Resamples a rectangle of a canonical picture to the network's input: bilinear, each axis prepared once. Beyond the
 * border the outermost pixel goes on.
 */
public final class PictureSampler implements PictureInput {
    private static final float[] UNIT = new float[256];

    static {
        for (int i = 0; i < UNIT.length; i++) {
            UNIT[i] = i / 255f;
        }
    }

    private final int size;

    /**
     * @param size edge of the result in pixels
     */
    public PictureSampler(int size) {
        this.size = size;
    }

    @Override
    public int length() {
        return 3 * size * size;
    }

    @Override
    public Shape shape(int rows) {
        return new Shape(rows, 3, size, size);
    }

    @Override
    public void whole(CanonicalImage image, FloatBuffer out, int offset) {
        if (image.size() == size) {
            copy(image.rgb(), out, offset);
        } else {
            sample(image, 0, 0, image.size(), image.size(), false, out, offset);
        }
    }

    /** What {@link #sample} gives when no pixel lies between others: the same numbers at a tenth of the cost. */
    private void copy(byte[] rgb, FloatBuffer out, int offset) {
        float[] result = new float[length()];
        int plane = size * size;
        for (int i = 0, at = 0; i < plane; i++, at += 3) {
            result[i] = UNIT[rgb[at] & 0xff];
            result[plane + i] = UNIT[rgb[at + 1] & 0xff];
            result[2 * plane + i] = UNIT[rgb[at + 2] & 0xff];
        }
        out.put(offset, result);
    }

    /**
     * Writes {@code float[3][size][size]}, 0..1.
     *
     * @param left, top, width, height the rectangle in pixels of the picture; may reach beyond it
     * @param mirrored whether left and right change places
     * @param offset where in {@code out} to begin
     */
    public void sample(
            CanonicalImage image,
            double left,
            double top,
            double width,
            double height,
            boolean mirrored,
            FloatBuffer out,
            int offset) {
        int edge = image.size();
        Axis columns = Axis.of(size, edge, mirrored ? left + width : left, mirrored ? -width : width);
        Axis rows = Axis.of(size, edge, top, height);
        byte[] rgb = image.rgb();
        float[] result = new float[length()];
        int plane = size * size;
        for (int y = 0; y < size; y++) {
            int upper = rows.low[y] * edge * 3;
            int lower = rows.high[y] * edge * 3;
            float down = rows.part[y];
            for (int x = 0; x < size; x++) {
                int l = columns.low[x] * 3;
                int r = columns.high[x] * 3;
                float right = columns.part[x];
                for (int c = 0; c < 3; c++) {
                    float ul = rgb[upper + l + c] & 0xff;
                    float ur = rgb[upper + r + c] & 0xff;
                    float ll = rgb[lower + l + c] & 0xff;
                    float lr = rgb[lower + r + c] & 0xff;
                    float over = ul + (ur - ul) * right;
                    float under = ll + (lr - ll) * right;
                    result[c * plane + y * size + x] = (over + (under - over) * down) / 255f;
                }
            }
        }
        out.put(offset, result);
    }

    @SuppressWarnings("ArrayRecordComponent") // a table for one call
    private record Axis(int[] low, int[] high, float[] part) {
        static Axis of(int size, int edge, double start, double span) {
            int[] low = new int[size];
            int[] high = new int[size];
            float[] part = new float[size];
            for (int i = 0; i < size; i++) {
                double at = start + (i + 0.5) * span / size - 0.5;
                double clamped = Math.max(0, Math.min(edge - 1, at));
                low[i] = (int) clamped;
                high[i] = Math.min(edge - 1, low[i] + 1);
                part[i] = (float) (clamped - low[i]);
            }
            return new Axis(low, high, part);
        }
    }
}
