package io.anchorstream.model.alignment;

import java.util.Map;
import java.util.Random;

import io.anchorstream.model.loss.FloatMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class AlignmentTest {
    private final Random random = new Random(11);

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 16, 64})
    void findsTheRotationThatVectorsWereTurnedBy(int dimension) {
        FloatMatrix vectors = gaussian(4 * dimension, dimension);
        Rotation hidden = rotation(dimension);
        Rotation found = Procrustes.fit(vectors, hidden.turn(vectors));
        assertThat(distance(found.turn(vectors), hidden.turn(vectors))).isLessThan(0.02 * vectors.rows());
    }

    @Test
    void isOrthogonalWhateverTheVectors() {
        for (int rows : new int[] {0, 1, 5, 40}) {
            FloatMatrix matrix =
                    Procrustes.fit(gaussian(rows, 16), gaussian(rows, 16)).matrix();
            FloatMatrix gram = matrix.timesTransposed(matrix);
            for (int r = 0; r < 16; r++) {
                for (int c = 0; c < 16; c++) {
                    assertThat(gram.get(r, c)).as("%d rows", rows).isCloseTo(r == c ? 1 : 0, within(1e-4f));
                }
            }
        }
    }

    @Test
    void leavesDirectionsAloneThatTheVectorsSayNothingAbout() {
        FloatMatrix vectors = FloatMatrix.zeros(10, 4);
        for (int i = 0; i < 10; i++) {
            vectors.values()[4 * i] = 1 + i;
        }
        FloatMatrix matrix = Procrustes.fit(vectors, vectors).matrix();
        for (int d = 0; d < 4; d++) {
            assertThat(matrix.get(d, d)).isCloseTo(1, within(1e-4f));
        }
    }

    @Test
    void refusesVectorsThatAreNotOfTheSameThings() {
        assertThatThrownBy(() -> Procrustes.fit(gaussian(3, 4), gaussian(3, 5))).hasMessageContaining("3 x 4");
        assertThatThrownBy(() -> new Rotation(gaussian(3, 4))).hasMessageContaining("square");
    }

    @Test
    void aTurnedSpaceWorksWithTheOldIndexOnlyOnceItIsAligned() {
        long[] labels = new long[120];
        FloatMatrix older = classes(labels);
        Map<String, Double> measured = Compatibility.measure(rotation(16).turn(older), older, labels, Runnable::run);
        assertThat(measured.get("old_in_old")).isGreaterThan(0.9);
        assertThat(measured.get("new_in_new")).isEqualTo(measured.get("old_in_old"));
        assertThat(measured.get("new_in_old_unaligned")).isLessThan(0.3);
        assertThat(measured.get("new_in_old")).isGreaterThan(0.9);
        assertThat(measured.get("old_in_new")).isGreaterThan(0.9);
        assertThat(measured.get("overlap_at_10")).isGreaterThan(0.99);
    }

    @Test
    void ofAnUnrelatedSpaceNothingIsFoundAcross() {
        long[] labels = new long[120];
        FloatMatrix older = classes(labels);
        FloatMatrix newer = classes(labels);
        Map<String, Double> measured = Compatibility.measure(newer, older, labels, Runnable::run);
        assertThat(measured.get("new_in_new")).isGreaterThan(0.9);
        assertThat(measured.get("new_in_old")).as("fitted on other classes").isLessThan(0.4);
    }

    @Test
    void saysNothingOfPicturesWithoutRelevantNeighbours() {
        assertThat(Compatibility.measure(gaussian(3, 2), gaussian(3, 2), new long[] {1, 2, 3}, Runnable::run))
                .isEmpty();
    }

    /** Four pictures of each of thirty classes, scattered a little around a centre. */
    private FloatMatrix classes(long[] labels) {
        FloatMatrix centres = gaussian(30, 16);
        FloatMatrix vectors = gaussian(labels.length, 16);
        for (int i = 0; i < labels.length; i++) {
            labels[i] = i / 4;
            double squares = 0;
            for (int d = 0; d < 16; d++) {
                float value = centres.get(i / 4, d) + 0.3f * vectors.get(i, d);
                vectors.values()[16 * i + d] = value;
                squares += value * value;
            }
            for (int d = 0; d < 16; d++) {
                vectors.values()[16 * i + d] /= (float) Math.sqrt(squares);
            }
        }
        return vectors;
    }

    private Rotation rotation(int dimension) {
        return Procrustes.fit(gaussian(3 * dimension, dimension), gaussian(3 * dimension, dimension));
    }

    private FloatMatrix gaussian(int rows, int columns) {
        FloatMatrix matrix = FloatMatrix.zeros(rows, columns);
        for (int i = 0; i < rows * columns; i++) {
            matrix.values()[i] = (float) random.nextGaussian();
        }
        return matrix;
    }

    private static double distance(FloatMatrix a, FloatMatrix b) {
        double sum = 0;
        for (int i = 0; i < a.values().length; i++) {
            sum += Math.abs(a.values()[i] - b.values()[i]);
        }
        return sum / a.columns();
    }
}
