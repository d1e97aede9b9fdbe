package io.anchorstream.model.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

import io.anchorstream.model.loss.FloatMatrix;

/**
 * Exact nearest-neighbour scores (definitions: Musgrave et al., arXiv 2003.08505). A row that is as near as a relevant
 * one without being relevant counts as nearer, so that a collapsed space scores 0. The result does not depend on the
 * executor.
 */
public final class Retrieval {
    private static final List<Integer> KS = List.of(1, 2, 4, 8, 10);
    private static final int BLOCK = 64;

    private final Executor executor;

    /** @param executor runs blocks of queries; {@code Runnable::run} for one thread */
    public Retrieval(Executor executor) {
        this.executor = executor;
    }

    /** What each row scores as a query among all others. */
    public QueryScores perQuery(RetrievalSet set) {
        int n = set.unit().rows();
        List<double[][]> blocks = perBlock(set.unit(), (from, to, similarities) -> {
            double[][] found = new double[3][to - from];
            for (int query = from; query < to; query++) {
                Answer answer = set.relevance()[query] < 0
                        ? new Answer(new int[0])
                        : answer(set, Gallery.ALL, query, 0, similarities, (query - from) * n);
                boolean asked = answer.ranks.length > 0;
                found[0][query - from] = asked ? (answer.ranks[0] <= 1 ? 1 : 0) : Double.NaN;
                found[1][query - from] = asked ? (answer.ranks[0] <= 10 ? 1 : 0) : Double.NaN;
                found[2][query - from] = asked ? averagePrecision(answer.ranks) : Double.NaN;
            }
            return found;
        });
        return new QueryScores(column(blocks, 0), column(blocks, 1), column(blocks, 2));
    }

    private static double[] column(List<double[][]> blocks, int column) {
        return blocks.stream()
                .flatMapToDouble(block -> DoubleStream.of(block[column]))
                .toArray();
    }

    /** Recall@1/2/4/8/10, R-precision and MAP@R. */
    public RetrievalScores score(RetrievalSet set, Gallery gallery) {
        return score(set, List.of(gallery)).get(0);
    }

    /** The same in several galleries, in their order; similarities are computed once for all of them. */
    public List<RetrievalScores> score(RetrievalSet set, List<Gallery> galleries) {
        List<List<List<Answer>>> blocks = perBlock(set.unit(), (from, to, similarities) -> galleries.stream()
                .map(gallery -> answers(set, gallery, from, to, similarities))
                .toList());
        return IntStream.range(0, galleries.size())
                .mapToObj(g -> mean(
                        blocks.stream().flatMap(block -> block.get(g).stream()).toList()))
                .toList();
    }

    private static List<Answer> answers(RetrievalSet set, Gallery gallery, int from, int to, float[] similarities) {
        int[] galleryDomains = gallery == Gallery.EACH_OTHER_DOMAIN
                ? IntStream.of(set.domains()).distinct().sorted().toArray()
                : new int[] {0};
        List<Answer> found = new ArrayList<>();
        for (int query = from; query < to; query++) {
            for (int domain : galleryDomains) {
                if (set.relevance()[query] >= 0 && asks(set, gallery, query, domain)) {
                    int offset = (query - from) * set.unit().rows();
                    found.add(answer(set, gallery, query, domain, similarities, offset));
                }
            }
        }
        return found;
    }

    /**
     * nDCG@k of the image neighbours against graded relevance {@code max(0, text cosine)}: how close in meaning the
     * nearest pictures are, by text that the model never saw.
     *
     * @param texts {@code float[N][T]} unit text vectors; a zero row takes no part
     * @return the mean over queries with any text-related row in their gallery
     */
    public double textNdcg(RetrievalSet set, FloatMatrix texts, Gallery gallery, int k) {
        if (gallery == Gallery.EACH_OTHER_DOMAIN) {
            throw new IllegalArgumentException("text nDCG is defined over ALL or OTHER_DOMAINS, not " + gallery);
        }
        int n = set.unit().rows();
        double[] sum = new double[2];
        perBlock(set.unit(), (from, to, similarities) -> {
                    float[] gains = new float[(to - from) * n];
                    texts.timesTransposed(texts, from, to, gains);
                    double[] partial = new double[2];
                    for (int query = from; query < to; query++) {
                        double value = ndcg(set, gallery, query, similarities, gains, (query - from) * n, k);
                        if (!Double.isNaN(value)) {
                            partial[0] += value;
                            partial[1]++;
                        }
                    }
                    return partial;
                })
                .forEach(partial -> {
                    sum[0] += partial[0];
                    sum[1] += partial[1];
                });
        return sum[1] == 0 ? 0 : sum[0] / sum[1];
    }

    private interface BlockTask<T> {
        T run(int from, int to, float[] similarities);
    }

    private <T> List<T> perBlock(FloatMatrix unit, BlockTask<T> task) {
        int n = unit.rows();
        List<CompletableFuture<T>> blocks = new ArrayList<>();
        for (int start = 0; start < n; start += BLOCK) {
            int from = start;
            int to = Math.min(n, start + BLOCK);
            blocks.add(CompletableFuture.supplyAsync(
                    () -> {
                        float[] similarities = new float[(to - from) * n];
                        unit.timesTransposed(unit, from, to, similarities);
                        return task.run(from, to, similarities);
                    },
                    executor));
        }
        return blocks.stream().map(CompletableFuture::join).toList();
    }

    private static boolean asks(RetrievalSet set, Gallery gallery, int query, int domain) {
        return gallery != Gallery.EACH_OTHER_DOMAIN || set.domain(query) != domain;
    }

    private static boolean inGallery(RetrievalSet set, Gallery gallery, int query, int row, int domain) {
        if (set.excludes(query, row)) {
            return false;
        }
        return switch (gallery) {
            case ALL -> true;
            case OTHER_DOMAINS -> set.domain(row) != set.domain(query);
            case EACH_OTHER_DOMAIN -> set.domain(row) == domain;
        };
    }

    /** Ranks, from 1, of the relevant rows in a query's gallery, ascending; empty = nothing relevant in it. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Answer(int[] ranks) {}

    private static Answer answer(
            RetrievalSet set, Gallery gallery, int query, int domain, float[] similarities, int offset) {
        long key = set.relevance()[query];
        int n = set.unit().rows();
        float[] relevant = new float[n];
        float[] others = new float[n];
        int relevantCount = 0;
        int otherCount = 0;
        for (int row = 0; row < n; row++) {
            if (!inGallery(set, gallery, query, row, domain)) {
                continue;
            }
            if (set.relevance()[row] == key) {
                relevant[relevantCount++] = -similarities[offset + row];
            } else {
                others[otherCount++] = -similarities[offset + row];
            }
        }
        Arrays.sort(relevant, 0, relevantCount);
        // others nearer than relevant[i] and not nearer than relevant[i - 1] are counted at i, then summed up
        int[] ahead = new int[relevantCount + 1];
        for (int i = 0; i < otherCount; i++) {
            ahead[firstNotBelow(relevant, relevantCount, others[i])]++;
        }
        int[] ranks = new int[relevantCount];
        int before = 0;
        for (int i = 0; i < relevantCount; i++) {
            before += ahead[i];
            ranks[i] = before + i + 1;
        }
        return new Answer(ranks);
    }

    private static int firstNotBelow(float[] ascending, int size, float bound) {
        if (size == 0 || bound > ascending[size - 1]) {
            return size;
        }
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ascending[middle] >= bound) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private static RetrievalScores mean(List<Answer> answers) {
        int queries = 0;
        int skipped = 0;
        Map<Integer, Double> recall = new TreeMap<>();
        KS.forEach(k -> recall.put(k, 0.0));
        double rPrecision = 0;
        double mapAtR = 0;
        for (Answer answer : answers) {
            int r = answer.ranks.length;
            if (r == 0) {
                skipped++;
                continue;
            }
            queries++;
            for (int k : KS) {
                recall.merge(k, answer.ranks[0] <= k ? 1.0 : 0.0, Double::sum);
            }
            rPrecision += (double) Arrays.stream(answer.ranks)
                            .filter(rank -> rank <= r)
                            .count()
                    / r;
            mapAtR += averagePrecision(answer.ranks);
        }
        int divisor = Math.max(1, queries);
        recall.replaceAll((k, sum) -> sum / divisor);
        return new RetrievalScores(queries, skipped, recall, rPrecision / divisor, mapAtR / divisor);
    }

    /** Mean over the first R ranks, R = number of relevant rows, of the precision there where a relevant row is. */
    private static double averagePrecision(int[] ranks) {
        int found = 0;
        double precisions = 0;
        for (int rank : ranks) {
            if (rank <= ranks.length) {
                found++;
                precisions += (double) found / rank;
            }
        }
        return precisions / ranks.length;
    }

    private static double ndcg(
            RetrievalSet set, Gallery gallery, int query, float[] similarities, float[] gains, int offset, int k) {
        int n = set.unit().rows();
        float[] nearest = new float[n];
        float[] gainOf = new float[n];
        int count = 0;
        for (int row = 0; row < n; row++) {
            if (inGallery(set, gallery, query, row, 0)) {
                nearest[count] = similarities[offset + row];
                gainOf[count++] = Math.max(0, gains[offset + row]);
            }
        }
        double ideal = discounted(gainOf, gainOf, count, k);
        return ideal == 0 ? Double.NaN : discounted(nearest, gainOf, count, k) / ideal;
    }

    /** Discounted sum of the gains of the k rows with the highest order; ties in the order's favour of lower gain. */
    private static double discounted(float[] order, float[] gains, int count, int k) {
        int[] top = new int[k];
        int size = 0;
        for (int i = 0; i < count; i++) {
            int at = size;
            while (at > 0 && comesBefore(order, gains, i, top[at - 1])) {
                at--;
            }
            if (at < k) {
                System.arraycopy(top, at, top, at + 1, Math.min(size, k - 1) - at);
                top[at] = i;
                size = Math.min(size + 1, k);
            }
        }
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += gains[top[i]] * Math.log(2) / Math.log(i + 2.0);
        }
        return sum;
    }

    private static boolean comesBefore(float[] order, float[] gains, int a, int b) {
        return order[a] > order[b] || (order[a] == order[b] && gains[a] < gains[b]);
    }
}
