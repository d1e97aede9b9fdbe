package io.anchorstream.model.alignment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import io.anchorstream.model.loss.FloatMatrix;

/**
 * How an index that holds vectors of two versions would answer: Recall@1 for each pairing of query and gallery, and how
 * many of the ten nearest neighbours stay. Classes are split in two halves and each half is turned by the rotation
 * fitted on the other, so that no query profits from having been fitted on.
 */
public final class Compatibility {
    private static final int NEIGHBOURS = 10;
    private static final int BLOCK = 64;

    private final FloatMatrix newer;
    private final FloatMatrix older;
    private final long[] labels;
    private final Executor executor;

    private Compatibility(FloatMatrix newer, FloatMatrix older, long[] labels, Executor executor) {
        this.newer = newer;
        this.older = older;
        this.labels = labels;
        this.executor = executor;
    }

    /**
     * Shares 0..1 by name: {@code new_in_new}, {@code new_in_old} (query by the new version, gallery by the old),
     * {@code old_in_new}, {@code old_in_old}, {@code new_in_old_unaligned} (without the rotation),
     * {@code overlap_at_10}. Empty when nothing has a relevant neighbour or there are fewer than two classes.
     *
     * @param newer unit vectors {@code float[N][D]} of the new version, not turned
     * @param older unit vectors {@code float[N][D]} of the old version for the same pictures
     * @param labels {@code long[N]} pictures of one label are relevant to each other; negative = to none
     * @param executor runs blocks of queries; the result does not depend on it
     */
    public static Map<String, Double> measure(FloatMatrix newer, FloatMatrix older, long[] labels, Executor executor) {
        return new Compatibility(newer, older, labels, executor).measure();
    }

    private Map<String, Double> measure() {
        long[] classes = LongStream.of(labels).distinct().sorted().toArray();
        Map<Long, Long> sizes =
                LongStream.of(labels).boxed().collect(Collectors.groupingBy(label -> label, Collectors.counting()));
        int[] queries = IntStream.range(0, labels.length)
                .filter(i -> labels[i] >= 0 && sizes.getOrDefault(labels[i], 0L) > 1)
                .toArray();
        if (classes.length < 2 || queries.length == 0) {
            return Map.of();
        }
        int[] half = LongStream.of(labels)
                .mapToInt(label -> Arrays.binarySearch(classes, label) % 2)
                .toArray();
        List<FloatMatrix> turned = turnedByTheOther(half);
        long newInOld = 0;
        long oldInNew = 0;
        for (int h = 0; h < 2; h++) {
            int own = h;
            int[] asked = IntStream.of(queries).filter(i -> half[i] == own).toArray();
            newInOld += hits(turned.get(h), older, asked);
            oldInNew += hits(older, turned.get(h), asked);
        }
        Itself itself = itself(queries);
        double all = queries.length;
        return Map.of(
                "new_in_old", newInOld / all,
                "old_in_new", oldInNew / all,
                "new_in_new", itself.newHits / all,
                "old_in_old", itself.oldHits / all,
                "new_in_old_unaligned", hits(newer, older, queries) / all,
                "overlap_at_10", (double) itself.common / ((long) labels.length * neighbours()));
    }

    /** The newer vectors, once for each half of the classes, turned by what the other half says. */
    private List<FloatMatrix> turnedByTheOther(int[] half) {
        return IntStream.range(0, 2)
                .mapToObj(own -> IntStream.range(0, labels.length)
                        .filter(i -> half[i] != own)
                        .toArray())
                .map(fitted -> CompletableFuture.supplyAsync(
                        () -> Procrustes.fit(rows(newer, fitted), rows(older, fitted))
                                .turn(newer),
                        executor))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .toList();
    }

    /** Queries whose nearest row in the gallery is relevant. */
    private long hits(FloatMatrix queries, FloatMatrix gallery, int[] asked) {
        List<CompletableFuture<Integer>> blocks = new ArrayList<>();
        for (int start = 0; start < asked.length; start += BLOCK) {
            int[] block = Arrays.copyOfRange(asked, start, Math.min(asked.length, start + BLOCK));
            blocks.add(CompletableFuture.supplyAsync(
                    () -> {
                        FloatMatrix cosines = rows(queries, block).timesTransposed(gallery);
                        return (int) IntStream.range(0, block.length)
                                .filter(q -> hit(cosines, q, block[q]))
                                .count();
                    },
                    executor));
        }
        return blocks.stream().mapToInt(CompletableFuture::join).sum();
    }

    /** What each version finds in its own space, and how many of the nearest neighbours the two have in common. */
    private record Itself(long newHits, long oldHits, long common) {
        Itself plus(Itself other) {
            return new Itself(newHits + other.newHits, oldHits + other.oldHits, common + other.common);
        }
    }

    private Itself itself(int[] queries) {
        int n = labels.length;
        List<CompletableFuture<Itself>> blocks = new ArrayList<>();
        for (int start = 0; start < n; start += BLOCK) {
            int from = start;
            int to = Math.min(n, start + BLOCK);
            blocks.add(CompletableFuture.supplyAsync(() -> itself(queries, from, to), executor));
        }
        return blocks.stream().map(CompletableFuture::join).reduce(new Itself(0, 0, 0), Itself::plus);
    }

    private Itself itself(int[] queries, int from, int to) {
        FloatMatrix now = FloatMatrix.zeros(to - from, labels.length);
        FloatMatrix before = FloatMatrix.zeros(to - from, labels.length);
        newer.timesTransposed(newer, from, to, now.values());
        older.timesTransposed(older, from, to, before.values());
        Itself sum = new Itself(0, 0, 0);
        for (int row = from; row < to; row++) {
            int at = row - from;
            boolean asked = Arrays.binarySearch(queries, row) >= 0;
            int[] mine = nearest(now, at, row);
            int[] theirs = nearest(before, at, row);
            long common = IntStream.of(mine)
                    .filter(a -> IntStream.of(theirs).anyMatch(b -> a == b))
                    .count();
            sum = sum.plus(
                    new Itself(asked && hit(now, at, row) ? 1 : 0, asked && hit(before, at, row) ? 1 : 0, common));
        }
        return sum;
    }

    /** Whether the nearest row is relevant; one that is as near without being relevant counts as nearer. */
    private boolean hit(FloatMatrix cosines, int at, int query) {
        float relevant = Float.NEGATIVE_INFINITY;
        float other = Float.NEGATIVE_INFINITY;
        for (int row = 0; row < labels.length; row++) {
            if (row == query) {
                continue;
            }
            if (labels[row] == labels[query]) {
                relevant = Math.max(relevant, cosines.get(at, row));
            } else {
                other = Math.max(other, cosines.get(at, row));
            }
        }
        return relevant > other;
    }

    private int neighbours() {
        return Math.min(NEIGHBOURS, labels.length - 1);
    }

    /** The rows nearest to a query, without itself; of rows as near as each other, the first. */
    private int[] nearest(FloatMatrix cosines, int at, int query) {
        int[] top = new int[neighbours()];
        int size = 0;
        for (int row = 0; row < labels.length; row++) {
            float cosine = cosines.get(at, row);
            if (row == query || (size == top.length && cosine <= cosines.get(at, top[size - 1]))) {
                continue;
            }
            int place = size < top.length ? size++ : size - 1;
            for (; place > 0 && cosines.get(at, top[place - 1]) < cosine; place--) {
                top[place] = top[place - 1];
            }
            top[place] = row;
        }
        return top;
    }

    private static FloatMatrix rows(FloatMatrix matrix, int[] rows) {
        return FloatMatrix.of(IntStream.of(rows).mapToObj(matrix::row).toArray(float[][]::new));
    }
}
