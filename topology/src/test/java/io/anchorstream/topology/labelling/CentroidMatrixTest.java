package io.anchorstream.topology.labelling;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class CentroidMatrixTest {
    private static final int DIMENSION = 19;

    private final SplittableRandom random = new SplittableRandom(3);

    @Test
    void agreesWithPlainDotProductsThroughAddsSetsAndRemovals() {
        CentroidMatrix matrix = new CentroidMatrix(DIMENSION);
        List<float[]> rows = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            float[] row = vector();
            int choice = random.nextInt(10);
            if (choice < 6 || rows.isEmpty()) {
                matrix.add(row);
                rows.add(row);
            } else if (choice < 8) {
                int at = random.nextInt(rows.size());
                matrix.set(at, row);
                rows.set(at, row);
            } else {
                int at = random.nextInt(rows.size());
                matrix.remove(at);
                rows.set(at, rows.get(rows.size() - 1));
                rows.remove(rows.size() - 1);
            }
        }

        float[] query = vector();
        float[] scores = matrix.scores(query);
        assertThat(matrix.size()).isEqualTo(rows.size()).isGreaterThan(600);
        for (int row = 0; row < rows.size(); row++) {
            float dot = 0;
            for (int i = 0; i < DIMENSION; i++) {
                dot += query[i] * rows.get(row)[i];
            }
            assertThat(scores[row]).isCloseTo(dot, within(1e-5f));
            assertThat(matrix.get(row)).isEqualTo(rows.get(row));
        }
    }

    private float[] vector() {
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) random.nextDouble() - 0.5f;
        }
        return vector;
    }
}
