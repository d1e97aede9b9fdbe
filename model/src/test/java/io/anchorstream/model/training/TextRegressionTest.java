package io.anchorstream.model.training;

import java.util.Optional;
import java.util.Random;

import io.anchorstream.model.loss.FloatMatrix;
import io.anchorstream.model.loss.SavedState;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class TextRegressionTest {
    private static final int FEATURES = 12;
    private static final int TEXTS = 20;
    private static final int DIMENSION = 256;

    private final Random random = new Random(5);
    private final float[][] map = gaussian(TEXTS, 3);

    @Test
    void makesPicturesAlikeWhoseTextsAreAlike() {
        float[][] seen = gaussian(400, FEATURES);
        TextRegression regression = new TextRegression(FEATURES, DIMENSION, 1);
        regression.learn(FloatMatrix.of(seen), texts(seen), all(400, true));

        TextRegression.Solution found = regression.due().orElseThrow();

        float[][] unseen = gaussian(60, FEATURES);
        float[][] truth = texts(unseen);
        double[] wanted = new double[60 * 59 / 2];
        double[] made = new double[wanted.length];
        for (int i = 0, at = 0; i < 60; i++) {
            for (int j = 0; j < i; j++, at++) {
                wanted[at] = cosine(truth[i], truth[j]);
                made[at] = cosine(apply(found, unseen[i]), apply(found, unseen[j]));
            }
        }
        assertThat(correlation(wanted, made)).isGreaterThan(0.95);
    }

    @Test
    void isAsLargeAsItsWeightSays() {
        float[][] seen = gaussian(300, FEATURES);
        for (double weight : new double[] {0.5, 2}) {
            TextRegression regression = new TextRegression(FEATURES, DIMENSION, weight);
            regression.learn(FloatMatrix.of(seen), texts(seen), all(300, true));
            TextRegression.Solution found = regression.due().orElseThrow();
            double squares = 0;
            for (float[] x : seen) {
                for (float value : apply(found, x)) {
                    squares += value * value;
                }
            }
            assertThat(Math.sqrt(squares / 300)).isCloseTo(weight, within(1e-3));
        }
    }

    @Test
    void countsEachItemOnceInAnyOrder() {
        float[][] seen = gaussian(200, FEATURES);
        TextRegression inOrder = new TextRegression(FEATURES, DIMENSION, 1);
        inOrder.learn(FloatMatrix.of(seen), texts(seen), all(200, true));
        TextRegression backwards = new TextRegression(FEATURES, DIMENSION, 1);
        for (int i = 199; i >= 0; i--) {
            float[][] one = {seen[i]};
            backwards.learn(FloatMatrix.of(one), texts(one), new boolean[] {true});
            backwards.learn(FloatMatrix.of(one), texts(one), new boolean[] {false});
        }

        float[] one = inOrder.due().orElseThrow().kernel().values();
        float[] other = backwards.due().orElseThrow().kernel().values();

        assertThat(other).usingComparatorWithPrecision(1e-4f).containsExactly(one);
    }

    @Test
    void waitsForMoreRowsBetweenSolutionsAndDoesWithoutTexts() {
        TextRegression regression = new TextRegression(FEATURES, DIMENSION, 1);
        float[][] seen = gaussian(40, FEATURES);
        regression.learn(FloatMatrix.of(seen), new float[40][0], all(40, true));
        assertThat(regression.due()).isEmpty();

        regression.learn(FloatMatrix.of(seen), texts(seen), all(40, true));
        assertThat(regression.due()).isPresent();
        assertThat(regression.due()).isEmpty();
    }

    @Test
    void staysQuietWhileAllFeaturesAreTheSame() {
        TextRegression regression = new TextRegression(FEATURES, DIMENSION, 1);
        regression.learn(FloatMatrix.zeros(30, FEATURES), gaussian(30, TEXTS), all(30, true));

        assertThat(regression.due()).isEqualTo(Optional.empty());
    }

    @Test
    void goesOnFromWhereItWasSaved() {
        float[][] seen = gaussian(100, FEATURES);
        TextRegression whole = new TextRegression(FEATURES, DIMENSION, 1);
        whole.learn(FloatMatrix.of(seen), texts(seen), all(100, true));
        SavedState state = new SavedState();
        whole.save(state);
        TextRegression resumed = new TextRegression(FEATURES, DIMENSION, 1);
        resumed.load(state);
        float[][] more = gaussian(50, FEATURES);
        for (TextRegression regression : new TextRegression[] {whole, resumed}) {
            regression.learn(FloatMatrix.of(more), texts(more), all(50, true));
        }

        assertThat(resumed.due().orElseThrow().kernel().values())
                .containsExactly(whole.due().orElseThrow().kernel().values());
        assertThatThrownBy(() -> new TextRegression(FEATURES + 1, DIMENSION, 1).load(state))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("12 features, not 13");
    }

    /** Three of the features, mapped into text space: the rest is noise to it. */
    private float[][] texts(float[][] features) {
        float[][] out = new float[features.length][TEXTS];
        for (int i = 0; i < out.length; i++) {
            for (int t = 0; t < TEXTS; t++) {
                for (int f = 0; f < 3; f++) {
                    out[i][t] += map[t][f] * features[i][f];
                }
            }
        }
        return out;
    }

    private float[][] gaussian(int rows, int columns) {
        float[][] out = new float[rows][columns];
        for (float[] row : out) {
            for (int d = 0; d < columns; d++) {
                row[d] = (float) random.nextGaussian();
            }
        }
        return out;
    }

    private static boolean[] all(int count, boolean value) {
        boolean[] out = new boolean[count];
        java.util.Arrays.fill(out, value);
        return out;
    }

    private static float[] apply(TextRegression.Solution solution, float[] x) {
        float[] out = new float[DIMENSION];
        for (int d = 0; d < DIMENSION; d++) {
            for (int f = 0; f < FEATURES; f++) {
                out[d] += solution.kernel().get(d, f) * (x[f] - solution.centre()[f]);
            }
        }
        return out;
    }

    private static double cosine(float[] a, float[] b) {
        double dot = 0;
        double one = 0;
        double two = 0;
        for (int i = 0; i < a.length; i++) {
            dot += a[i] * b[i];
            one += a[i] * a[i];
            two += b[i] * b[i];
        }
        return dot / Math.sqrt(one * two);
    }

    private static double correlation(double[] a, double[] b) {
        double meanA = java.util.Arrays.stream(a).average().orElseThrow();
        double meanB = java.util.Arrays.stream(b).average().orElseThrow();
        double both = 0;
        double one = 0;
        double two = 0;
        for (int i = 0; i < a.length; i++) {
            both += (a[i] - meanA) * (b[i] - meanB);
            one += (a[i] - meanA) * (a[i] - meanA);
            two += (b[i] - meanB) * (b[i] - meanB);
        }
        return both / Math.sqrt(one * two);
    }
}
