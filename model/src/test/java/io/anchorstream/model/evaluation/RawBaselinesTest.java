package io.anchorstream.model.evaluation;

import java.util.List;

import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.loss.FloatMatrix;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class RawBaselinesTest {
    private final CanonicalImage upright = stripes(true, 0);
    private final CanonicalImage shifted = stripes(true, 1);
    private final CanonicalImage lying = stripes(false, 0);

    @Test
    void gradientsTellDirectionsApart() {
        FloatMatrix rows = RawBaselines.orientedGradients(List.of(upright, shifted, lying));

        assertThat(rows.columns()).isEqualTo(392);
        assertThat(dot(rows, 0, 0)).isEqualTo(1, within(1e-5));
        assertThat(dot(rows, 0, 1)).isGreaterThan(0.8);
        assertThat(dot(rows, 0, 2)).isLessThan(0.3);
    }

    @Test
    void coloursTellColoursApartAndNotShapes() {
        FloatMatrix rows = RawBaselines.colourHistogram(List.of(upright, lying, plain(0, 255, 0)));

        assertThat(rows.columns()).isEqualTo(64);
        assertThat(dot(rows, 0, 1)).isGreaterThan(0.99);
        assertThat(dot(rows, 0, 2)).isZero();
    }

    @Test
    void pixelsAreCentredOnTheSet() {
        FloatMatrix rows = RawBaselines.pixels(List.of(plain(0, 0, 0), plain(255, 255, 255)));

        assertThat(rows.columns()).isEqualTo(768);
        assertThat(dot(rows, 0, 1)).isEqualTo(-1, within(1e-4));
    }

    @Test
    void aPlainPictureHasNoGradientsAndNoNaN() {
        FloatMatrix rows = RawBaselines.orientedGradients(List.of(plain(9, 9, 9)));

        assertThat(rows.values()).containsOnly(0f);
    }

    private static CanonicalImage stripes(boolean upright, int shift) {
        int size = 48;
        byte[] rgb = new byte[size * size * 3];
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                boolean light = ((upright ? x : y) + shift) / 6 % 2 == 0;
                rgb[(y * size + x) * 3] = (byte) (light ? 255 : 0);
            }
        }
        return new CanonicalImage(size, rgb);
    }

    private static CanonicalImage plain(int r, int g, int b) {
        byte[] rgb = new byte[20 * 20 * 3];
        for (int p = 0; p < rgb.length; p += 3) {
            rgb[p] = (byte) r;
            rgb[p + 1] = (byte) g;
            rgb[p + 2] = (byte) b;
        }
        return new CanonicalImage(20, rgb);
    }

    private static double dot(FloatMatrix rows, int a, int b) {
        double sum = 0;
        for (int d = 0; d < rows.columns(); d++) {
            sum += rows.get(a, d) * rows.get(b, d);
        }
        return sum;
    }
}
