package io.anchorstream.model.evaluation;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

import io.anchorstream.model.loss.FloatMatrix;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class RetrievalTest {
    private final Retrieval retrieval = new Retrieval(Runnable::run);

    @Test
    void agreesWithSortingTheWholeGallery() {
        FloatMatrix unit = unitRows(new Random(3), 70, 5);
        long[] labels = IntStream.range(0, 70).mapToLong(i -> i % 7).toArray();
        int[] domains = IntStream.range(0, 70).map(i -> i % 3).toArray();
        RetrievalSet set = new RetrievalSet(unit, labels, new long[0], domains);

        RetrievalScores scores = retrieval.score(set, Gallery.OTHER_DOMAINS);

        double recall = 0;
        double rPrecision = 0;
        double map = 0;
        int queries = 0;
        for (int q = 0; q < 70; q++) {
            int query = q;
            int[] order = IntStream.range(0, 70)
                    .filter(j -> domains[j] != domains[query])
                    .boxed()
                    .sorted(Comparator.comparingDouble(j -> -dot(unit, query, j)))
                    .mapToInt(j -> j)
                    .toArray();
            int relevant = (int)
                    Arrays.stream(order).filter(j -> labels[j] == labels[query]).count();
            if (relevant == 0) {
                continue;
            }
            queries++;
            int found = 0;
            for (int i = 0; i < relevant; i++) {
                if (labels[order[i]] == labels[query]) {
                    found++;
                    map += (double) found / (i + 1) / relevant;
                }
            }
            rPrecision += (double) found / relevant;
            recall += Arrays.stream(order).limit(4).anyMatch(j -> labels[j] == labels[query]) ? 1 : 0;
        }
        assertThat(scores.queries()).isEqualTo(queries);
        assertThat(scores.recallAt(4)).isEqualTo(recall / queries, within(1e-12));
        assertThat(scores.rPrecision()).isEqualTo(rPrecision / queries, within(1e-12));
        assertThat(scores.mapAtR()).isEqualTo(map / queries, within(1e-12));
    }

    @Test
    void aCollapsedSpaceScoresNothing() {
        FloatMatrix unit = FloatMatrix.of(new float[][] {{1, 0}, {1, 0}, {1, 0}, {1, 0}});

        RetrievalScores scores = retrieval.score(new RetrievalSet(unit, new long[] {0, 0, 1, 1}), Gallery.ALL);

        assertThat(scores.recallAt(1)).isZero();
        assertThat(scores.recallAt(4)).isEqualTo(1);
    }

    @Test
    void countsQueriesWithNothingRelevantInsteadOfScoringThem() {
        FloatMatrix unit = FloatMatrix.of(new float[][] {{1, 0}, {1, 0.1f}, {0, 1}});

        RetrievalScores scores = retrieval.score(new RetrievalSet(unit, new long[] {5, 5, 6}), Gallery.ALL);

        assertThat(scores.queries()).isEqualTo(2);
        assertThat(scores.skipped()).isEqualTo(1);
        assertThat(scores.recallAt(1)).isEqualTo(1);
    }

    @Test
    void takesTheSameProductOutWhenOnlyMeaningIsAskedFor() {
        FloatMatrix unit = FloatMatrix.of(new float[][] {{1, 0}, {1, 0.01f}, {0.6f, 0.8f}, {0.7f, 0.7f}});
        long[] category = {1, 1, 2, 1};
        long[] product = {1, 1, 2, 3};

        RetrievalSet set = new RetrievalSet(unit, category, product, new int[0]);

        assertThat(retrieval.score(set, Gallery.ALL).recallAt(1)).isEqualTo(2.0 / 3, within(1e-9));
    }

    @Test
    void asksEachOtherDomainOnItsOwn() {
        FloatMatrix unit = FloatMatrix.of(new float[][] {{1, 0}, {1, 0.1f}, {0, 1}, {0.9f, 0.1f}});
        RetrievalSet set = new RetrievalSet(unit, new long[] {1, 1, 1, 2}, new long[0], new int[] {0, 1, 2, 2});

        RetrievalScores scores = retrieval.score(set, Gallery.EACH_OTHER_DOMAIN);

        // 0 -> domain 1 hit, 0 -> 2 miss, 1 -> 0 hit, 1 -> 2 miss, 2 -> 0 hit, 2 -> 1 hit; row 3 has nothing relevant
        assertThat(scores.queries()).isEqualTo(6);
        assertThat(scores.skipped()).isEqualTo(2);
        assertThat(scores.recallAt(1)).isEqualTo(4.0 / 6, within(1e-9));
    }

    @Test
    void scoresTheSameOnAnyNumberOfThreads() {
        FloatMatrix unit = unitRows(new Random(4), 300, 16);
        long[] labels = IntStream.range(0, 300).mapToLong(i -> i % 30).toArray();
        RetrievalSet set = new RetrievalSet(unit, labels);
        ExecutorService two = Executors.newFixedThreadPool(2);
        try {
            Retrieval parallel = new Retrieval(two);
            assertThat(parallel.score(set, Gallery.ALL)).isEqualTo(retrieval.score(set, Gallery.ALL));
            assertThat(parallel.textNdcg(set, unit, Gallery.ALL, 10))
                    .isEqualTo(retrieval.textNdcg(set, unit, Gallery.ALL, 10));
        } finally {
            two.shutdown();
        }
    }

    @Test
    void imageNeighboursInTheOrderOfTheTextsScoreOne() {
        FloatMatrix unit = unitRows(new Random(5), 40, 6);
        RetrievalSet set = new RetrievalSet(unit, new long[40]);

        assertThat(retrieval.textNdcg(set, unit, Gallery.ALL, 10)).isEqualTo(1, within(1e-9));
        assertThat(retrieval.textNdcg(set, unitRows(new Random(6), 40, 6), Gallery.ALL, 10))
                .isBetween(0.1, 0.9);
    }

    static FloatMatrix unitRows(Random random, int rows, int columns) {
        FloatMatrix out = FloatMatrix.zeros(rows, columns);
        for (int i = 0; i < rows; i++) {
            double square = 0;
            for (int d = 0; d < columns; d++) {
                double x = random.nextGaussian();
                out.values()[i * columns + d] = (float) x;
                square += x * x;
            }
            for (int d = 0; d < columns; d++) {
                out.values()[i * columns + d] /= (float) Math.sqrt(square);
            }
        }
        return out;
    }

    private static double dot(FloatMatrix rows, int a, int b) {
        double sum = 0;
        for (int d = 0; d < rows.columns(); d++) {
            sum += rows.get(a, d) * rows.get(b, d);
        }
        return sum;
    }
}
