package io.anchorstream.model.loss;

import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class FastTripletLossTest {
    private static final long[] LABELS = {0, 0, 1, 1};

    @Test
    void compactnessByRadiusPullsInOnlyWhatLiesAtTheRadius() {
        MetricLoss loss = withRadius("radius");

        FloatMatrix gradient =
                loss.evaluate(batch(0.3, 1.2), EmbeddingMemory.none()).gradient();

        assertThat(length(gradient, 0)).as("inside the radius").isZero();
        assertThat(length(gradient, 1)).as("beyond it").isPositive();
    }

    @Test
    void compactnessByMeanPullsInEveryItem() {
        MetricLoss loss = withRadius("mean");

        FloatMatrix gradient =
                loss.evaluate(batch(0.3, 1.2), EmbeddingMemory.none()).gradient();

        assertThat(length(gradient, 0)).isPositive();
        assertThat(length(gradient, 1)).isPositive();
    }

    @Test
    void aRadiusIsTheLargestDistanceSeenAndShrinksTowardsThoseThatCome() {
        MetricLoss loss = Losses.create("fat", Map.of("centroid-memory", "4"), 1);
        double atFirst = 0;
        double after = 0;
        for (int step = 0; step < 60; step++) {
            double angle = step == 5 ? 1.0 : 0.1;
            after = loss.evaluate(batch(angle, -angle), EmbeddingMemory.none())
                    .metrics()
                    .getOrDefault("centroids.radius", Double.NaN);
            atFirst = step == 5 ? after : atFirst;
        }

        // Class 1 does not move, so the mean over two classes is half the radius of class 0.
        assertThat(2 * atFirst).isGreaterThan(0.7);
        assertThat(2 * after).isCloseTo(0.1, within(0.03));
    }

    /** A loss in which items of class 0 have lain up to about one radian from their centroid. */
    private static MetricLoss withRadius(String compactness) {
        MetricLoss loss = Losses.create("fat", Map.of("compactness", compactness, "margin", "0", "lambda", "1"), 1);
        for (int step = 0; step < 20; step++) {
            loss.evaluate(batch(1.0, -1.0), EmbeddingMemory.none());
        }
        return loss;
    }

    /** Class 0 at two angles from the first axis, in radians, class 1 opposite. */
    private static LossBatch batch(double first, double second) {
        return Batches.of(new float[][] {at(first), at(second), {-1, 0}, {-1, 0}}, LABELS);
    }

    private static float[] at(double angle) {
        return new float[] {(float) Math.cos(angle), (float) Math.sin(angle)};
    }

    private static double length(FloatMatrix gradient, int row) {
        return Math.hypot(gradient.get(row, 0), gradient.get(row, 1));
    }
}
