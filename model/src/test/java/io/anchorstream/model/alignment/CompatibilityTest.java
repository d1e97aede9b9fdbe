package io.anchorstream.model.alignment;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

import io.anchorstream.model.loss.FloatMatrix;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Against naive loops over all pairs, with more rows than two blocks hold and rows that are alike. */
class CompatibilityTest {
    private static final int ROWS = 147;
    private static final int DIMENSION = 12;

    private final Random random = new Random(3);

    @Test
    void agreesWithNaiveLoopsWhateverTheThreads() throws Exception {
        long[] labels = new long[ROWS];
        float[][] older = new float[ROWS][DIMENSION];
        float[][] newer = new float[ROWS][DIMENSION];
        for (int i = 0; i < ROWS; i++) {
            labels[i] = i % 10 == 9 ? -1 : i % 41; // some relevant to none, some alone
            for (int d = 0; d < DIMENSION; d++) {
                older[i][d] = (float) (0.7 * Math.sin(1.0 + 3.0 * (i % 41) + d) + 0.5 * random.nextGaussian());
                newer[i][d] = (float) (older[i][(d + 1) % DIMENSION] + 0.4 * random.nextGaussian());
            }
        }
        older[20] = older[61].clone();
        newer[20] = newer[61].clone();
        FloatMatrix before = FloatMatrix.of(older);
        FloatMatrix now = FloatMatrix.of(newer);
        Map<String, Double> one = Compatibility.measure(now, before, labels, Runnable::run);
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            assertThat(Compatibility.measure(now, before, labels, threads)).isEqualTo(one);
        } finally {
            threads.shutdownNow();
        }
        assertThat(one)
                .containsEntry("new_in_new", recall(newer, newer, labels))
                .containsEntry("old_in_old", recall(older, older, labels))
                .containsEntry("new_in_old_unaligned", recall(newer, older, labels))
                .containsEntry("overlap_at_10", overlap(newer, older));
        assertThat(one.get("new_in_old")).isGreaterThan(one.get("new_in_old_unaligned"));
    }

    private static double recall(float[][] queries, float[][] gallery, long[] labels) {
        List<Integer> asked = IntStream.range(0, ROWS)
                .filter(i -> labels[i] >= 0 && IntStream.range(0, ROWS).anyMatch(j -> j != i && labels[j] == labels[i]))
                .boxed()
                .toList();
        long hits = asked.stream()
                .filter(i -> best(queries, gallery, labels, i, true) > best(queries, gallery, labels, i, false))
                .count();
        return (double) hits / asked.size();
    }

    private static double best(float[][] queries, float[][] gallery, long[] labels, int query, boolean relevant) {
        return IntStream.range(0, ROWS)
                .filter(row -> row != query && (labels[row] == labels[query]) == relevant)
                .mapToDouble(row -> dot(queries[query], gallery[row]))
                .max()
                .orElse(Double.NEGATIVE_INFINITY);
    }

    private static double overlap(float[][] newer, float[][] older) {
        long common = 0;
        for (int i = 0; i < ROWS; i++) {
            Set<Integer> stayed = new HashSet<>(nearest(newer, i));
            stayed.retainAll(nearest(older, i));
            common += stayed.size();
        }
        return (double) common / (10L * ROWS);
    }

    private static List<Integer> nearest(float[][] vectors, int query) {
        return IntStream.range(0, ROWS)
                .filter(row -> row != query)
                .boxed()
                .sorted(Comparator.comparingDouble(row -> -dot(vectors[query], vectors[row])))
                .limit(10)
                .toList();
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int d = 0; d < a.length; d++) {
            sum += (double) a[d] * b[d];
        }
        return sum;
    }
}
