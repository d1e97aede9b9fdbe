package io.anchorstream.model.alignment;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

import io.anchorstream.model.loss.FloatMatrix;

/**
 * How an index that holds vectors of two versions would answer: Recall@1 for each pairing of query and gallery, and how
 * many of the ten nearest neighbours stay. Classes are split in two halves and each half is turned by the rotation
 * fitted on the other, so that no query profits from having been fitted on.
 */
public final class Compatibility {
    private static final int NEIGHBOURS = 10;

    private Compatibility() {}

    /**
     * Shares 0..1 by name: {@code new_in_new}, {@code new_in_old} (query by the new version, gallery by the old),
     * {@code old_in_new}, {@code old_in_old}, {@code new_in_old_unaligned} (without the rotation),
     * {@code overlap_at_10}. Empty when nothing has a relevant neighbour or there are fewer than two classes.
     *
     * @param newer unit vectors {@code float[N][D]} of the new version, not turned
     * @param older unit vectors {@code float[N][D]} of the old version for the same pictures
     * @param labels {@code long[N]} pictures of one label are relevant to each other; negative = to none
     */
    public static Map<String, Double> measure(FloatMatrix newer, FloatMatrix older, long[] labels) {
        long[] classes = Arrays.stream(labels).distinct().sorted().toArray();
        int[] queries = IntStream.range(0, labels.length)
                .filter(i -> labels[i] >= 0
                        && IntStream.range(0, labels.length).anyMatch(j -> j != i && labels[j] == labels[i]))
                .toArray();
        if (classes.length < 2 || queries.length == 0) {
            return Map.of();
        }
        Map<String, Double> result = new TreeMap<>();
        double newInOld = 0;
        double oldInNew = 0;
        for (int half = 0; half < 2; half++) {
            int fold = half;
            int[] asked = Arrays.stream(queries)
                    .filter(i -> Arrays.binarySearch(classes, labels[i]) % 2 == fold)
                    .toArray();
            int[] fitted = IntStream.range(0, labels.length)
                    .filter(i -> Arrays.binarySearch(classes, labels[i]) % 2 != fold)
                    .toArray();
            FloatMatrix turned =
                    Procrustes.fit(rows(newer, fitted), rows(older, fitted)).turn(newer);
            newInOld += hits(turned, older, labels, asked);
            oldInNew += hits(older, turned, labels, asked);
        }
        result.put("new_in_old", newInOld / queries.length);
        result.put("old_in_new", oldInNew / queries.length);
        result.put("new_in_new", (double) hits(newer, newer, labels, queries) / queries.length);
        result.put("old_in_old", (double) hits(older, older, labels, queries) / queries.length);
        result.put("new_in_old_unaligned", (double) hits(newer, older, labels, queries) / queries.length);
        result.put("overlap_at_10", overlap(newer, older));
        return result;
    }

    private static FloatMatrix rows(FloatMatrix matrix, int[] rows) {
        return FloatMatrix.of(Arrays.stream(rows).mapToObj(matrix::row).toArray(float[][]::new));
    }

    /** Queries whose nearest row is relevant; one that is as near without being relevant counts as nearer. */
    private static int hits(FloatMatrix queries, FloatMatrix gallery, long[] labels, int[] asked) {
        FloatMatrix cosines = rows(queries, asked).timesTransposed(gallery);
        int hits = 0;
        for (int q = 0; q < asked.length; q++) {
            float relevant = Float.NEGATIVE_INFINITY;
            float other = Float.NEGATIVE_INFINITY;
            for (int row = 0; row < labels.length; row++) {
                if (row == asked[q]) {
                    continue;
                }
                if (labels[row] == labels[asked[q]]) {
                    relevant = Math.max(relevant, cosines.get(q, row));
                } else {
                    other = Math.max(other, cosines.get(q, row));
                }
            }
            hits += relevant > other ? 1 : 0;
        }
        return hits;
    }

    private static double overlap(FloatMatrix newer, FloatMatrix older) {
        int n = newer.rows();
        int k = Math.min(NEIGHBOURS, n - 1);
        FloatMatrix now = newer.timesTransposed(newer);
        FloatMatrix before = older.timesTransposed(older);
        long common = 0;
        for (int i = 0; i < n; i++) {
            int[] a = nearest(now, i, k);
            int[] b = nearest(before, i, k);
            common += Arrays.stream(a)
                    .filter(row -> Arrays.binarySearch(b, row) >= 0)
                    .count();
        }
        return (double) common / ((long) n * k);
    }

    /** The k rows nearest to a row, in ascending order of their numbers. */
    private static int[] nearest(FloatMatrix cosines, int of, int k) {
        return IntStream.range(0, cosines.columns())
                .filter(row -> row != of)
                .boxed()
                .sorted((a, b) -> Float.compare(cosines.get(of, b), cosines.get(of, a)))
                .limit(k)
                .mapToInt(Integer::intValue)
                .sorted()
                .toArray();
    }
}
