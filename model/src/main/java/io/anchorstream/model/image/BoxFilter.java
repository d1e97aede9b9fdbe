package io.anchorstream.model.image;

import java.util.Arrays;

/**
 * Resizes by area averaging: each output pixel is the mean of the source area it covers, so nothing aliases. Separable
 * and linear in the number of source pixels.
 */
final class BoxFilter {

    /** Hands out source rows; called with {@code y} ascending, a row at most twice in a row. */
    interface Rows {
        void read(int y, int[] rgb);
    }

    private BoxFilter() {}

    /**
     * Fits {@code width x height} into a white square, centred, with its aspect ratio kept.
     *
     * @return {@code size * size * 3} bytes
     */
    static byte[] letterbox(Rows source, int width, int height, int size) {
        double scale = (double) size / Math.max(width, height);
        int outWidth = Math.max(1, (int) Math.round(width * scale));
        int outHeight = Math.max(1, (int) Math.round(height * scale));
        Spans columns = Spans.of(width, outWidth);
        Spans rows = Spans.of(height, outHeight);

        byte[] out = new byte[size * size * 3];
        Arrays.fill(out, (byte) 255);
        int left = (size - outWidth) / 2;
        int top = (size - outHeight) / 2;
        int[] pixels = new int[width * 3];
        float[] line = new float[outWidth * 3];
        float[] sum = new float[outWidth * 3];
        int loaded = -1;
        for (int y = 0; y < outHeight; y++) {
            Arrays.fill(sum, 0);
            for (int from = rows.first[y]; from <= rows.last[y]; from++) {
                if (from != loaded) {
                    source.read(from, pixels);
                    shrink(pixels, columns, line);
                    loaded = from;
                }
                float weight = rows.weight(y, from);
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += weight * line[i];
                }
            }
            int at = ((top + y) * size + left) * 3;
            for (int i = 0; i < sum.length; i++) {
                out[at + i] = (byte) (int) (sum[i] + 0.5f);
            }
        }
        return out;
    }

    private static void shrink(int[] pixels, Spans columns, float[] line) {
        for (int x = 0, out = 0; out < line.length; x++, out += 3) {
            int first = columns.first[x];
            int last = columns.last[x];
            int at = first * 3;
            float head = columns.head[x];
            float r = head * pixels[at];
            float g = head * pixels[at + 1];
            float b = head * pixels[at + 2];
            if (last > first) {
                int fullR = 0;
                int fullG = 0;
                int fullB = 0;
                for (at += 3; at < last * 3; at += 3) {
                    fullR += pixels[at];
                    fullG += pixels[at + 1];
                    fullB += pixels[at + 2];
                }
                float tail = columns.tail[x];
                r += columns.full * fullR + tail * pixels[at];
                g += columns.full * fullG + tail * pixels[at + 1];
                b += columns.full * fullB + tail * pixels[at + 2];
            }
            line[out] = r;
            line[out + 1] = g;
            line[out + 2] = b;
        }
    }

    /** For each output cell: the source cells it covers and the weights of the first, the last and those between. */
    @SuppressWarnings("ArrayRecordComponent") // private working data, never compared
    private record Spans(int[] first, int[] last, float[] head, float[] tail, float full) {

        static Spans of(int source, int target) {
            double step = (double) source / target;
            int[] first = new int[target];
            int[] last = new int[target];
            float[] head = new float[target];
            float[] tail = new float[target];
            for (int i = 0; i < target; i++) {
                double from = i * step;
                double to = Math.min(source, (i + 1) * step);
                first[i] = Math.min(source - 1, (int) from);
                last[i] = Math.max(first[i], Math.min(source - 1, (int) Math.ceil(to - 1e-9) - 1));
                if (first[i] == last[i]) {
                    head[i] = 1;
                } else {
                    double covered = to - from;
                    head[i] = (float) ((first[i] + 1 - from) / covered);
                    tail[i] = (float) ((to - last[i]) / covered);
                }
            }
            return new Spans(first, last, head, tail, (float) (1 / step));
        }

        float weight(int cell, int from) {
            if (from == first[cell]) {
                return head[cell];
            }
            return from == last[cell] ? tail[cell] : full;
        }
    }
}
