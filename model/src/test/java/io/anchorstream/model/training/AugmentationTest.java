package io.anchorstream.model.training;

import java.nio.FloatBuffer;
import java.util.SplittableRandom;

import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.network.PictureSampler;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AugmentationTest {
    private final PictureSampler sampler = new PictureSampler(24);
    private final CanonicalImage image = GlyphPictures.picture(3, 1);

    private float[] apply(String augmentation, long seed) {
        FloatBuffer out = FloatBuffer.allocate(sampler.length());
        Augmentation.parse(augmentation).apply(image, sampler, new SplittableRandom(seed), out, 0);
        return out.array();
    }

    @Test
    void noneGivesTheWholePicture() {
        FloatBuffer whole = FloatBuffer.allocate(sampler.length());
        sampler.whole(image, whole, 0);

        assertThat(apply("none", 1)).isEqualTo(whole.array());
    }

    @Test
    void variesWithTheSeedAndWithNothingElse() {
        assertThat(apply("crop+flip+colour", 1)).isEqualTo(apply("colour+crop+flip", 1));
        assertThat(apply("crop", 1)).isNotEqualTo(apply("crop", 2));
        assertThat(apply("crop", 1)).isNotEqualTo(apply("none", 1));
        assertThat(apply("colour", 1)).isNotEqualTo(apply("none", 1));
    }

    @Test
    void coloursStayInRange() {
        for (int seed = 0; seed < 20; seed++) {
            for (float value : apply("crop+colour", seed)) {
                assertThat(value).isBetween(0f, 1f);
            }
        }
    }

    @Test
    void refusesAnUnknownPart() {
        assertThatThrownBy(() -> Augmentation.parse("crop+mixup"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'mixup'")
                .hasMessageContaining("[colour, crop, flip]");
    }
}
