package io.anchorstream.model.training;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;

import ai.djl.ndarray.NDManager;
import io.anchorstream.model.loss.FloatMatrix;
import io.anchorstream.model.loss.SavedState;
import io.anchorstream.model.network.MetricPath;
import io.anchorstream.model.network.MetricPaths;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LinearMetricTest {
    private static final int FEATURES = 24;
    private static final int SIGNAL = 6;
    private static final int TEXTS = 10;
    private static final int DIMENSION = 16;

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final Random random = new Random(3);
    private final float[][] centres = gaussian(200, SIGNAL);
    private final float[][] toText = gaussian(SIGNAL, TEXTS);

    @AfterEach
    void free() {
        manager.close();
    }

    @Test
    void bringsTogetherUnseenItemsOfOneLabelThatDifferInWhatLabelsDoNotShare() {
        MetricPath path = MetricPaths.of(manager, DIMENSION, FEATURES);
        LinearMetric metric = new LinearMetric(path, 0);
        learn(metric, 0, 100, false);

        assertThat(metric.renew(manager)).isTrue();

        float[][] unseen = items(100, 160);
        assertThat(recall(unseen)).isLessThan(0.4);
        assertThat(recall(mapped(path, unseen))).isGreaterThan(0.6);
    }

    @Test
    void makesItemsAlikeWhoseTextsAreAlike() {
        double[] correlation = new double[2];
        for (int share = 0; share <= 1; share++) {
            MetricPath path = MetricPaths.of(manager, DIMENSION, FEATURES);
            LinearMetric metric = new LinearMetric(path, 3.0 * share);
            random.setSeed(8);
            learn(metric, 0, 100, true);
            metric.renew(manager);
            float[][] unseen = items(100, 160);
            correlation[share] = likeness(mapped(path, unseen), texts(100, 160));
        }

        assertThat(correlation[1]).isGreaterThan(correlation[0] + 0.1).isGreaterThan(0.7);
    }

    @Test
    void givesNearlyTheSameVectorsWithEachNewMap() {
        MetricPath path = MetricPaths.of(manager, DIMENSION, FEATURES);
        LinearMetric metric = new LinearMetric(path, 1);
        learn(metric, 0, 80, true);
        metric.renew(manager);
        float[][] probe = items(150, 200);
        float[][] before = mapped(path, probe);

        learn(metric, 80, 130, true);
        assertThat(metric.renew(manager)).isTrue();

        float[][] after = mapped(path, probe);
        double sum = 0;
        for (int i = 0; i < probe.length; i++) {
            sum += cosine(before[i], after[i]) / probe.length;
        }
        assertThat(sum).isGreaterThan(0.9);
    }

    @Test
    void countsWhatIsReplayedNotAgain() {
        MetricPath once = MetricPaths.of(manager, DIMENSION, FEATURES);
        MetricPath often = MetricPaths.of(manager, DIMENSION, FEATURES);
        LinearMetric first = new LinearMetric(once, 1);
        LinearMetric second = new LinearMetric(often, 1);
        float[][] items = items(0, 60);
        for (LinearMetric metric : new LinearMetric[] {first, second}) {
            metric.learn(FloatMatrix.of(items), labels(0, 60), texts(0, 60), all(items.length, true));
        }
        second.learn(FloatMatrix.of(items), labels(0, 60), texts(0, 60), all(items.length, false));
        first.renew(manager);
        second.renew(manager);

        assertThat(often.map().values()).containsExactly(once.map().values());
        assertThat(second.renew(manager)).isFalse();
    }

    @Test
    void fillsALongVectorWithZerosAndDoesWithoutTexts() {
        MetricPath path = MetricPaths.of(manager, FEATURES + 8, FEATURES);
        LinearMetric metric = new LinearMetric(path, 1);
        learn(metric, 0, 100, false);
        metric.renew(manager);
        learn(metric, 100, 160, false);

        assertThat(metric.renew(manager)).isTrue();

        float[] values = path.map().values();
        for (float value : values) {
            assertThat(value).isFinite();
        }
        assertThat(Arrays.copyOfRange(values, FEATURES * FEATURES, values.length))
                .containsOnly(0);
    }

    @Test
    void waitsWhileFeaturesDoNotVaryOrNoLabelHasTwoItems() {
        MetricPath path = MetricPaths.of(manager, DIMENSION, FEATURES);
        LinearMetric metric = new LinearMetric(path, 1);
        metric.learn(FloatMatrix.zeros(60, FEATURES), labels(0, 20), new float[60][0], all(60, true));
        assertThat(metric.renew(manager)).isFalse();

        LinearMetric single = new LinearMetric(path, 1);
        long[] each = LongStream.range(0, 60).toArray();
        single.learn(FloatMatrix.of(gaussian(60, FEATURES)), each, new float[60][0], all(60, true));
        assertThat(single.renew(manager)).isFalse();
    }

    @Test
    void staysFiniteWhenRowsAreFewAndFeaturesRepeatEachOther() {
        MetricPath path = MetricPaths.of(manager, 32, 60);
        LinearMetric metric = new LinearMetric(path, 1);
        float[][] rows = new float[36][60];
        float[][] few = gaussian(12, 3);
        for (int i = 0; i < rows.length; i++) {
            for (int f = 0; f < 60; f++) {
                rows[i][f] = few[i / 3][f % 3] * (f < 30 ? 1 : 1e-4f);
            }
        }
        metric.learn(FloatMatrix.of(rows), labels(0, 12), texts(0, 12), all(36, true));

        assertThat(metric.renew(manager)).isTrue();

        for (float value : path.map().values()) {
            assertThat(value).isFinite();
        }
    }

    @Test
    void staysUsableWhenItemsOfSomeLabelsDifferMoreThanItemsDo() {
        float[][] unseen = items(100, 160);
        for (int dimension : new int[] {DIMENSION, FEATURES}) {
            MetricPath path = MetricPaths.of(manager, dimension, FEATURES);
            LinearMetric metric = new LinearMetric(path, 0);
            for (int i = 0; i < 300; i++) {
                learn(metric, 0, 100, false);
                learnWide(metric);
            }

            assertThat(metric.renew(manager)).isTrue();

            for (float value : path.map().values()) {
                assertThat(value).isFinite();
            }
            assertThat(recall(mapped(path, unseen))).isGreaterThan(0.6);
        }
    }

    /** One label of many items that have little in common: it has most of the pairs and few of the rows. */
    private void learnWide(LinearMetric metric) {
        float[][] wide = gaussian(40, FEATURES);
        for (float[] row : wide) {
            for (int f = SIGNAL; f < FEATURES; f++) {
                row[f] *= f % 2 == 0 ? 8 : 2;
            }
        }
        long[] labels = new long[40];
        Arrays.fill(labels, 1_000);
        metric.learn(FloatMatrix.of(wide), labels, new float[40][0], all(40, true));
    }

    @Test
    void renewsForAsLongAsRowsCome() {
        MetricPath path = MetricPaths.of(manager, DIMENSION, FEATURES);
        LinearMetric metric = new LinearMetric(path, 0);
        int rows = 0;
        int last = 0;
        while (rows < 150_000) {
            learn(metric, 0, 100, false);
            rows += 300;
            if (metric.renew(manager)) {
                last = rows;
            }
        }
        assertThat(last).isGreaterThan(140_000);
    }

    @Test
    void goesOnFromWhereItWasSaved() {
        MetricPath path = MetricPaths.of(manager, DIMENSION, FEATURES);
        LinearMetric whole = new LinearMetric(path, 1);
        learn(whole, 0, 60, true);
        whole.renew(manager);
        SavedState state = new SavedState();
        whole.save(state);
        MetricPath other = MetricPaths.of(manager, DIMENSION, FEATURES);
        other.set(path.map(), path.centre().toFloatArray());
        LinearMetric resumed = new LinearMetric(other, 1);
        resumed.load(state);
        float[][] more = items(60, 90);
        for (LinearMetric metric : new LinearMetric[] {whole, resumed}) {
            metric.learn(FloatMatrix.of(more), labels(60, 90), texts(60, 90), all(more.length, true));
            assertThat(metric.renew(manager)).isTrue();
        }

        assertThat(other.map().values()).containsExactly(path.map().values());
        LinearMetric wider = new LinearMetric(MetricPaths.of(manager, DIMENSION, FEATURES + 1), 1);
        assertThatThrownBy(() -> wider.load(state)).hasMessageContaining("24 features, not 25");
    }

    private void learn(LinearMetric metric, int from, int to, boolean withText) {
        float[][] items = items(from, to);
        metric.learn(
                FloatMatrix.of(items),
                labels(from, to),
                withText ? texts(from, to) : new float[items.length][0],
                all(items.length, true));
    }

    /** Three items of each label: a little noise on what makes the label, much on the rest. */
    private float[][] items(int from, int to) {
        float[][] out = new float[3 * (to - from)][FEATURES];
        for (int i = 0; i < out.length; i++) {
            for (int f = 0; f < FEATURES; f++) {
                float noise = (float) random.nextGaussian();
                out[i][f] = f < SIGNAL ? centres[from + i / 3][f] + 0.1f * noise : 2 * noise;
            }
        }
        return out;
    }

    private float[][] texts(int from, int to) {
        float[][] out = new float[3 * (to - from)][TEXTS];
        for (int i = 0; i < out.length; i++) {
            for (int t = 0; t < TEXTS; t++) {
                // Texts speak of two features of the six.
                out[i][t] = centres[from + i / 3][0] * toText[0][t] + centres[from + i / 3][1] * toText[1][t];
            }
        }
        return out;
    }

    private static long[] labels(int from, int to) {
        long[] out = new long[3 * (to - from)];
        for (int i = 0; i < out.length; i++) {
            out[i] = (long) from + i / 3;
        }
        return out;
    }

    private static float[][] mapped(MetricPath path, float[][] rows) {
        FloatMatrix map = path.map();
        float[] centre = path.centre().toFloatArray();
        float[][] out = new float[rows.length][map.rows()];
        for (int i = 0; i < rows.length; i++) {
            for (int d = 0; d < map.rows(); d++) {
                for (int f = 0; f < centre.length; f++) {
                    out[i][d] += map.get(d, f) * (rows[i][f] - centre[f]);
                }
            }
        }
        return out;
    }

    private static double recall(float[][] rows) {
        int hits = 0;
        for (int i = 0; i < rows.length; i++) {
            int best = -1;
            for (int j = 0; j < rows.length; j++) {
                if (j != i && (best < 0 || cosine(rows[i], rows[j]) > cosine(rows[i], rows[best]))) {
                    best = j;
                }
            }
            if (best / 3 == i / 3) {
                hits++;
            }
        }
        return (double) hits / rows.length;
    }

    private static double likeness(float[][] rows, float[][] truth) {
        double both = 0;
        double one = 0;
        double two = 0;
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < i; j++) {
                double a = cosine(rows[i], rows[j]);
                double b = cosine(truth[i], truth[j]);
                both += a * b;
                one += a * a;
                two += b * b;
            }
        }
        return both / Math.sqrt(one * two);
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
        Arrays.fill(out, value);
        return out;
    }
}
