package io.anchorstream.model.image;

import java.util.Arrays;
import java.util.SplittableRandom;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class BoxFilterTest {

    @ParameterizedTest
    @CsvSource({"7, 7, 3", "64, 64, 48", "48, 48, 64", "100, 31, 16", "5, 90, 24", "1, 1, 8", "17, 17, 17"})
    void agreesWithAveragingEveryOutputPixelOnItsOwn(int width, int height, int size) {
        SplittableRandom random = new SplittableRandom(width * 1000L + height);
        int[][] source = new int[height][width * 3];
        for (int[] row : source) {
            for (int i = 0; i < row.length; i++) {
                row[i] = random.nextInt(256);
            }
        }

        byte[] fast = BoxFilter.letterbox(
                (y, rgb) -> System.arraycopy(source[y], 0, rgb, 0, rgb.length), width, height, size);

        byte[] slow = naive(source, width, height, size);
        for (int i = 0; i < fast.length; i++) {
            assertThat((fast[i] & 0xff) - (slow[i] & 0xff)).as("value %d", i).isBetween(-1, 1);
        }
    }

    private static byte[] naive(int[][] source, int width, int height, int size) {
        double scale = (double) size / Math.max(width, height);
        int outWidth = Math.max(1, (int) Math.round(width * scale));
        int outHeight = Math.max(1, (int) Math.round(height * scale));
        byte[] out = new byte[size * size * 3];
        Arrays.fill(out, (byte) 255);
        for (int y = 0; y < outHeight; y++) {
            for (int x = 0; x < outWidth; x++) {
                for (int c = 0; c < 3; c++) {
                    double sum = 0;
                    double area = 0;
                    for (int sy = 0; sy < height; sy++) {
                        for (int sx = 0; sx < width; sx++) {
                            double w = overlap(sx, x, (double) width / outWidth)
                                    * overlap(sy, y, (double) height / outHeight);
                            sum += w * source[sy][sx * 3 + c];
                            area += w;
                        }
                    }
                    int at = ((y + (size - outHeight) / 2) * size + x + (size - outWidth) / 2) * 3 + c;
                    out[at] = (byte) Math.round(sum / area);
                }
            }
        }
        return out;
    }

    private static double overlap(int cell, int outCell, double step) {
        return Math.max(0, Math.min(cell + 1, (outCell + 1) * step) - Math.max(cell, outCell * step));
    }
}
