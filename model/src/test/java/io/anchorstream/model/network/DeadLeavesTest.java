package io.anchorstream.model.network;

import java.awt.Color;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DeadLeavesTest {
    @Test
    void picturesRepeatBySeedAndDifferBetweenSeeds() {
        assertThat(DeadLeaves.picture(40, 3)).isEqualTo(DeadLeaves.picture(40, 3));
        assertThat(DeadLeaves.picture(40, 3)).isNotEqualTo(DeadLeaves.picture(40, 4));
    }

    @Test
    void discsCoverTheWholePictureInManyColours() {
        byte[] rgb = DeadLeaves.picture(64, 1).rgb();
        long bare = IntStream.range(0, 64 * 64)
                .filter(p -> rgb[3 * p] == 0 && rgb[3 * p + 1] == 0 && rgb[3 * p + 2] == 0)
                .count();
        long colours = IntStream.range(0, 64 * 64)
                .map(p -> new Color(rgb[3 * p] & 255, rgb[3 * p + 1] & 255, rgb[3 * p + 2] & 255).getRGB())
                .distinct()
                .count();

        assertThat(bare).isLessThan(64 * 64 / 8);
        assertThat(colours).isGreaterThan(30);
    }
}
