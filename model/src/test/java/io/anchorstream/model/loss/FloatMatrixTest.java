package io.anchorstream.model.loss;

import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class FloatMatrixTest {
    private final FloatMatrix a = FloatMatrix.of(Batches.gaussian(new Random(1), 7, 13));
    private final FloatMatrix b = FloatMatrix.of(Batches.gaussian(new Random(2), 131, 13));

    @Test
    void productsAgreeWithPlainLoops() {
        FloatMatrix dots = a.timesTransposed(b);
        FloatMatrix back = FloatMatrix.zeros(7, 13);
        dots.addTimes(b, 0.5f, back);
        FloatMatrix across = FloatMatrix.zeros(131, 13);
        dots.addTransposedTimes(a, 2, across);

        for (int i = 0; i < 7; i++) {
            for (int j = 0; j < 131; j++) {
                double sum = 0;
                for (int d = 0; d < 13; d++) {
                    sum += (double) a.get(i, d) * b.get(j, d);
                }
                assertThat((double) dots.get(i, j)).isCloseTo(sum, within(1e-5));
            }
        }
        double sum = 0;
        for (int j = 0; j < 131; j++) {
            sum += 0.5 * dots.get(3, j) * b.get(j, 5);
        }
        assertThat((double) back.get(3, 5)).isCloseTo(sum, within(1e-3));
        sum = 0;
        for (int i = 0; i < 7; i++) {
            sum += 2.0 * dots.get(i, 99) * a.get(i, 4);
        }
        assertThat((double) across.get(99, 4)).isCloseTo(sum, within(1e-3));
    }

    /** Scores are computed in blocks of rows: where a block begins must not change a bit. */
    @Test
    void aRowsProductsDoNotDependOnWhichRowsAreAskedFor() {
        float[] all = a.timesTransposed(b).values();
        float[] some = new float[3 * 131];
        a.timesTransposed(b, 3, 6, some);

        for (int i = 0; i < some.length; i++) {
            assertThat(some[i]).isEqualTo(all[3 * 131 + i]);
        }
    }

    @Test
    void refusesRowsOfDifferentLength() {
        assertThatThrownBy(() -> FloatMatrix.of(new float[][] {{1, 2}, {1}})).hasMessageContaining("row 1 has 1");
        assertThatThrownBy(() -> a.timesTransposed(FloatMatrix.zeros(2, 3))).hasMessageContaining("13");
    }
}
