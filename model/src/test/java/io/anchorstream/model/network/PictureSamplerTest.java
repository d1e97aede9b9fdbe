package io.anchorstream.model.network;

import java.nio.FloatBuffer;

import io.anchorstream.model.image.CanonicalImage;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PictureSamplerTest {
    /** Red grows to the right, green downwards, blue is constant. */
    private static CanonicalImage ramp(int size) {
        byte[] rgb = new byte[size * size * 3];
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                rgb[(y * size + x) * 3] = (byte) (x * 10);
                rgb[(y * size + x) * 3 + 1] = (byte) (y * 10);
                rgb[(y * size + x) * 3 + 2] = (byte) 255;
            }
        }
        return new CanonicalImage(size, rgb);
    }

    private static FloatBuffer sample(int size, double left, double top, double edge, boolean mirrored) {
        PictureSampler sampler = new PictureSampler(size);
        FloatBuffer out = FloatBuffer.allocate(sampler.length());
        sampler.sample(ramp(16), left, top, edge, edge, mirrored, out, 0);
        return out;
    }

    @Test
    void sameSizeCopiesThePicture() {
        FloatBuffer out = sample(16, 0, 0, 16, false);

        assertThat(out.get(5)).isEqualTo(50 / 255f);
        assertThat(out.get(256 + 3 * 16)).isEqualTo(30 / 255f);
        assertThat(out.get(512)).isEqualTo(1f);
    }

    @Test
    void aCropShiftsThePicture() {
        FloatBuffer out = sample(8, 4, 2, 8, false);

        assertThat(out.get(0)).isEqualTo(40 / 255f);
        assertThat(out.get(64)).isEqualTo(20 / 255f);
    }

    @Test
    void mirroringChangesLeftAndRightOnly() {
        FloatBuffer plain = sample(16, 0, 0, 16, false);
        FloatBuffer mirrored = sample(16, 0, 0, 16, true);

        assertThat(mirrored.get(0)).isEqualTo(plain.get(15));
        assertThat(mirrored.get(256 + 16)).isEqualTo(plain.get(256 + 16));
    }

    @Test
    void beyondTheBorderTheLastPixelGoesOn() {
        FloatBuffer out = sample(16, -16, 0, 16, false);

        assertThat(out.get(0)).isZero();
        assertThat(out.get(15)).isZero();
    }
}
