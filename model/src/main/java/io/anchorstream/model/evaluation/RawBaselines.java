package io.anchorstream.model.evaluation;

import java.util.List;
import java.util.function.Function;

import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.loss.FloatMatrix;

/** Vectors made without any learning. A learned space that does not beat them has taught nothing. */
public final class RawBaselines {
    private static final int CELLS = 7;
    private static final int ORIENTATIONS = 8;
    private static final int PIXELS = 16;
    private static final int LEVELS = 4;

    private RawBaselines() {}

    /**
     * Oriented gradients (after Dalal and Triggs): 7 x 7 cells of 8 unsigned orientations, each pixel shared between the
     * four nearest cells and the two nearest orientations, each cell divided by the energy of its 3 x 3 neighbourhood.
     *
     * @return {@code float[N][392]}, unit rows
     */
    public static FloatMatrix orientedGradients(List<CanonicalImage> images) {
        return unitRows(images, RawBaselines::orientedGradients);
    }

    /**
     * The picture at 16 x 16, with the mean picture of the set taken off.
     *
     * @return {@code float[N][768]}, unit rows
     */
    public static FloatMatrix pixels(List<CanonicalImage> images) {
        FloatMatrix rows = rows(images, image -> boxAverage(image, PIXELS));
        for (int d = 0; d < rows.columns(); d++) {
            double mean = 0;
            for (int i = 0; i < rows.rows(); i++) {
                mean += rows.get(i, d) / rows.rows();
            }
            for (int i = 0; i < rows.rows(); i++) {
                rows.values()[i * rows.columns() + d] -= (float) mean;
            }
        }
        return normalise(rows);
    }

    /**
     * Square root of the share of pixels in each of 4 x 4 x 4 RGB cells, so that cosines are Hellinger affinities.
     *
     * @return {@code float[N][64]}, unit rows
     */
    public static FloatMatrix colourHistogram(List<CanonicalImage> images) {
        return unitRows(images, RawBaselines::colourHistogram);
    }

    private static float[] colourHistogram(CanonicalImage image) {
        float[] counts = new float[LEVELS * LEVELS * LEVELS];
        byte[] rgb = image.rgb();
        for (int p = 0; p < rgb.length; p += 3) {
            int r = ((rgb[p] & 0xff) * LEVELS) >> 8;
            int g = ((rgb[p + 1] & 0xff) * LEVELS) >> 8;
            int b = ((rgb[p + 2] & 0xff) * LEVELS) >> 8;
            counts[(r * LEVELS + g) * LEVELS + b]++;
        }
        for (int i = 0; i < counts.length; i++) {
            counts[i] = (float) Math.sqrt(counts[i]);
        }
        return counts;
    }

    /** {@code edge * edge * 3} values 0..1; each is the mean of the pixels under it, split ones by share. */
    private static float[] boxAverage(CanonicalImage image, int edge) {
        int size = image.size();
        double scale = (double) size / edge;
        float[] out = new float[edge * edge * 3];
        for (int y = 0; y < edge; y++) {
            for (int x = 0; x < edge; x++) {
                double[] sum = new double[3];
                double area = 0;
                for (int v = (int) (y * scale); v < Math.min(size, (y + 1) * scale); v++) {
                    double height = Math.min(v + 1, (y + 1) * scale) - Math.max(v, y * scale);
                    for (int u = (int) (x * scale); u < Math.min(size, (x + 1) * scale); u++) {
                        double share = height * (Math.min(u + 1, (x + 1) * scale) - Math.max(u, x * scale));
                        area += share;
                        for (int c = 0; c < 3; c++) {
                            sum[c] += share * (image.rgb()[(v * size + u) * 3 + c] & 0xff);
                        }
                    }
                }
                for (int c = 0; c < 3; c++) {
                    out[(y * edge + x) * 3 + c] = (float) (sum[c] / area / 255);
                }
            }
        }
        return out;
    }

    private static float[] orientedGradients(CanonicalImage image) {
        int size = image.size();
        float[] luma = new float[size * size];
        for (int p = 0; p < luma.length; p++) {
            luma[p] = (0.299f * (image.rgb()[3 * p] & 0xff)
                            + 0.587f * (image.rgb()[3 * p + 1] & 0xff)
                            + 0.114f * (image.rgb()[3 * p + 2] & 0xff))
                    / 255;
        }
        float[] cells = new float[CELLS * CELLS * ORIENTATIONS];
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                float dx = luma[y * size + Math.min(size - 1, x + 1)] - luma[y * size + Math.max(0, x - 1)];
                float dy = luma[Math.min(size - 1, y + 1) * size + x] - luma[Math.max(0, y - 1) * size + x];
                double strength = Math.hypot(dx, dy);
                if (strength > 0) {
                    double turn = Math.atan2(dy, dx) / Math.PI;
                    share(cells, (y + 0.5) * CELLS / size - 0.5, (x + 0.5) * CELLS / size - 0.5, turn, strength);
                }
            }
        }
        return divideByNeighbourhood(cells);
    }

    private static void share(float[] cells, double row, double column, double turn, double strength) {
        double bin = (turn - Math.floor(turn)) * ORIENTATIONS;
        int firstBin = (int) bin;
        double toNext = bin - firstBin;
        int top = (int) Math.floor(row);
        int left = (int) Math.floor(column);
        for (int v = top; v <= top + 1; v++) {
            for (int u = left; u <= left + 1; u++) {
                if (v < 0 || v >= CELLS || u < 0 || u >= CELLS) {
                    continue;
                }
                double weight = strength * (1 - Math.abs(row - v)) * (1 - Math.abs(column - u));
                int cell = (v * CELLS + u) * ORIENTATIONS;
                cells[cell + firstBin % ORIENTATIONS] += (float) (weight * (1 - toNext));
                cells[cell + (firstBin + 1) % ORIENTATIONS] += (float) (weight * toNext);
            }
        }
    }

    private static float[] divideByNeighbourhood(float[] cells) {
        double[] energy = new double[CELLS * CELLS];
        for (int i = 0; i < cells.length; i++) {
            energy[i / ORIENTATIONS] += (double) cells[i] * cells[i];
        }
        float[] out = new float[cells.length];
        for (int y = 0; y < CELLS; y++) {
            for (int x = 0; x < CELLS; x++) {
                double around = 1e-4;
                for (int v = Math.max(0, y - 1); v <= Math.min(CELLS - 1, y + 1); v++) {
                    for (int u = Math.max(0, x - 1); u <= Math.min(CELLS - 1, x + 1); u++) {
                        around += energy[v * CELLS + u];
                    }
                }
                int cell = (y * CELLS + x) * ORIENTATIONS;
                for (int o = 0; o < ORIENTATIONS; o++) {
                    out[cell + o] = (float) (cells[cell + o] / Math.sqrt(around));
                }
            }
        }
        return out;
    }

    private static FloatMatrix unitRows(List<CanonicalImage> images, Function<CanonicalImage, float[]> feature) {
        return normalise(rows(images, feature));
    }

    private static FloatMatrix rows(List<CanonicalImage> images, Function<CanonicalImage, float[]> feature) {
        return FloatMatrix.of(images.stream().map(feature).toArray(float[][]::new));
    }

    private static FloatMatrix normalise(FloatMatrix rows) {
        for (int i = 0; i < rows.rows(); i++) {
            double square = 0;
            for (int d = 0; d < rows.columns(); d++) {
                square += (double) rows.get(i, d) * rows.get(i, d);
            }
            double norm = Math.sqrt(square);
            for (int d = 0; norm > 0 && d < rows.columns(); d++) {
                rows.values()[i * rows.columns() + d] /= (float) norm;
            }
        }
        return rows;
    }
}
