package io.anchorstream.model.loss;

import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class CompatibilityTermTest {
    private static final int N = 6;
    private static final int D = 5;
    private final Random random = new Random(8);
    private final CompatibilityTerm term = new CompatibilityTerm(2.5);

    @Test
    void itsGradientIsThatOfFiniteDifferences() {
        FloatMatrix old = unit(matrix());
        FloatMatrix raw = matrix();
        FloatMatrix gradient = term.addTo(nothing(), batch(raw), old).gradient();
        for (int i = 0; i < N * D; i++) {
            double up = lossWith(raw, old, i, 1e-2f);
            double down = lossWith(raw, old, i, -1e-2f);
            assertThat((double) gradient.values()[i]).isCloseTo((up - down) / 2e-2, within(5e-3));
        }
        assertThat(IntStream.range(0, N * D)).anyMatch(i -> Math.abs(gradient.values()[i]) > 0.05);
    }

    @Test
    void restsWhereEachVectorIsNearerToItsOldPlaceThanToAnyOtherLabels() {
        FloatMatrix old = FloatMatrix.zeros(N, N);
        for (int i = 0; i < N; i++) {
            old.values()[i * N + i] = 1;
        }
        LossResult own = new LossResult(0.7, FloatMatrix.zeros(N, N), 3, 0.5, Map.of());
        LossResult result = term.addTo(own, batch(old), old);
        assertThat(result.loss()).isEqualTo(0.7);
        assertThat(result.gradient().values()).containsOnly(0);
        assertThat(result.metrics()).containsEntry(LossResult.METRIC_LOSS, 0.7);
    }

    private double lossWith(FloatMatrix raw, FloatMatrix old, int at, float change) {
        FloatMatrix moved = new FloatMatrix(N, D, raw.values().clone());
        moved.values()[at] += change;
        return term.addTo(nothing(), batch(moved), old).loss();
    }

    private static LossResult nothing() {
        return new LossResult(0, FloatMatrix.zeros(N, D), 1, 0, Map.of());
    }

    private FloatMatrix matrix() {
        FloatMatrix matrix = FloatMatrix.zeros(N, D);
        for (int i = 0; i < N * D; i++) {
            matrix.values()[i] = (float) random.nextGaussian();
        }
        return matrix;
    }

    private static FloatMatrix unit(FloatMatrix raw) {
        for (int i = 0; i < raw.rows(); i++) {
            double squares = 0;
            for (float value : raw.row(i)) {
                squares += value * value;
            }
            for (int d = 0; d < raw.columns(); d++) {
                raw.values()[i * raw.columns() + d] /= (float) Math.sqrt(squares);
            }
        }
        return raw;
    }

    private static LossBatch batch(FloatMatrix raw) {
        int n = raw.rows();
        return new LossBatch(
                1,
                raw,
                new long[] {0, 0, 1, 1, 2, -1},
                new long[] {0, 1, 2, 3, 4, 5},
                new float[n][0],
                new float[n],
                new boolean[n]);
    }
}
