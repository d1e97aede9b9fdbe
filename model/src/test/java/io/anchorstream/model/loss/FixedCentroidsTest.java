package io.anchorstream.model.loss;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class FixedCentroidsTest {

    private static double largestCosine(FloatMatrix centres) {
        FloatMatrix cosines = centres.timesTransposed(centres);
        double largest = -1;
        for (int i = 0; i < centres.rows(); i++) {
            for (int j = 0; j < i; j++) {
                largest = Math.max(largest, cosines.get(i, j));
            }
        }
        return largest;
    }

    @Test
    void cornersOfTheSimplexAreAllEquallyFar() {
        FloatMatrix cosines = FixedCentroids.simplex(9, 8, 1).timesTransposed(FixedCentroids.simplex(9, 8, 1));
        for (int i = 0; i < 9; i++) {
            for (int j = 0; j < 9; j++) {
                assertThat(cosines.get(i, j)).isCloseTo(i == j ? 1f : -1f / 8, within(1e-5f));
            }
        }
    }

    @Test
    void moreSlotsThanCornersTakeClusterCentresThatKeepApart() {
        FloatMatrix centres = FixedCentroids.simplex(60, 8, 1);

        assertThat(centres.rows()).isEqualTo(60);
        for (int i = 0; i < 60; i++) {
            double norm = 0;
            for (float x : centres.row(i)) {
                norm += x * x;
            }
            assertThat(norm).isCloseTo(1, within(1e-5));
        }
        assertThat(largestCosine(centres)).isLessThan(0.9);
        assertThat(FixedCentroids.clustered(60, 8, 1).values()).isEqualTo(centres.values());
    }
}
