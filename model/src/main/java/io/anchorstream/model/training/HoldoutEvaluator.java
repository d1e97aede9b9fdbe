package io.anchorstream.model.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;

import io.anchorstream.model.evaluation.Gallery;
import io.anchorstream.model.evaluation.QueryScores;
import io.anchorstream.model.evaluation.RawBaselines;
import io.anchorstream.model.evaluation.Retrieval;
import io.anchorstream.model.evaluation.RetrievalScores;
import io.anchorstream.model.evaluation.RetrievalSet;
import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.loss.FloatMatrix;

/**
 * Scores of a model, or of raw descriptors, on pictures that were never trained on. By weak label over the
 * pictures outside the test groups, {@code holdout.*}, which versions may be chosen by; where the truth is known also
 * zero-shot over the test groups, {@code test.*}, which they must not. Deterministic.
 */
public final class HoldoutEvaluator {
    /** Pictures that are embedded in one go. */
    private static final int BLOCK = 128;

    private final Executor executor;
    private final Retrieval retrieval;

    /** @param executor runs blocks of pictures and queries; {@code Runnable::run} for one thread */
    public HoldoutEvaluator(Executor executor) {
        this.executor = executor;
        retrieval = new Retrieval(executor);
    }

    /**
     * Scores 0..1 by name: {@code holdout.recall_at_1}, {@code holdout.recall_at_10}, {@code holdout.map_at_r};
     * {@code test.recall_at_1}, {@code test.map_at_r}, {@code test.cross_domain_recall_at_1} (gallery = all other
     * domains), {@code test.cross_domain_pair_recall_at_1} (one other domain at a time); {@code embedding.std}, over all
     * pictures: the standard deviation of one dimension as root mean square, {@code 1 / sqrt(D)} when unit vectors are
     * spread evenly, near 0 when the space has collapsed; {@code embedding.norm_error}, how far the
     * length of any vector is from 1. Names for which there are no queries are left out.
     */
    public Map<String, Double> scores(Embedder model, List<HoldoutPicture> pictures) {
        return sheet(model, pictures).scores();
    }

    /** Vectors, scores, and what each picture scored as a query among those outside the test groups. */
    public HoldoutSheet sheet(Embedder model, List<HoldoutPicture> pictures) {
        FloatMatrix vectors = vectors(model, pictures);
        QueryScores byLabel = byLabel(vectors, pictures);
        Map<String, Double> scores = new TreeMap<>(retrieval(byLabel, vectors, pictures));
        if (pictures.size() > 1) {
            scores.put("embedding.std", deviation(vectors));
            scores.put("embedding.norm_error", normError(vectors));
        }
        return new HoldoutSheet(scores, vectors, byLabel);
    }

    /** The retrieval scores of {@link #scores} for raw descriptors, with {@code hog.}, {@code pixels.}, {@code histogram.} before. */
    public Map<String, Double> baselines(List<HoldoutPicture> pictures) {
        Map<String, Function<List<CanonicalImage>, FloatMatrix>> descriptors = Map.of(
                "hog.", RawBaselines::orientedGradients,
                "pixels.", RawBaselines::pixels,
                "histogram.", RawBaselines::colourHistogram);
        Map<String, Double> scores = new TreeMap<>();
        descriptors.forEach((prefix, descriptor) -> {
            FloatMatrix vectors = descriptor.apply(images(pictures));
            retrieval(byLabel(vectors, pictures), vectors, pictures)
                    .forEach((name, value) -> scores.put(prefix + name, value));
        });
        return scores;
    }

    private Map<String, Double> retrieval(QueryScores byLabel, FloatMatrix vectors, List<HoldoutPicture> pictures) {
        Map<String, Double> scores = new TreeMap<>();
        putMean(scores, "holdout.recall_at_1", byLabel.recallAt1());
        putMean(scores, "holdout.recall_at_10", byLabel.recallAt10());
        putMean(scores, "holdout.map_at_r", byLabel.mapAtR());
        List<Integer> tests = rowsOf(pictures, it -> it.test() && it.group().isPresent());
        if (!tests.isEmpty()) {
            scores.putAll(zeroShot(vectors, pictures, tests));
        }
        return scores;
    }

    private static void putMean(Map<String, Double> scores, String name, double[] column) {
        QueryScores.mean(column).ifPresent(mean -> scores.put(name, mean));
    }

    /** What each picture outside the test groups scores as a query among them; NaN for the others. */
    private QueryScores byLabel(FloatMatrix vectors, List<HoldoutPicture> pictures) {
        List<Integer> judges = rowsOf(pictures, it -> !it.test());
        long[] labels =
                judges.stream().mapToLong(row -> pictures.get(row).label()).toArray();
        QueryScores asked = retrieval.perQuery(new RetrievalSet(rows(vectors, judges), labels));
        return new QueryScores(
                spread(asked.recallAt1(), judges, pictures.size()),
                spread(asked.recallAt10(), judges, pictures.size()),
                spread(asked.mapAtR(), judges, pictures.size()));
    }

    private static double[] spread(double[] column, List<Integer> rows, int size) {
        double[] all = new double[size];
        Arrays.fill(all, Double.NaN);
        for (int i = 0; i < column.length; i++) {
            all[rows.get(i)] = column[i];
        }
        return all;
    }

    private static List<Integer> rowsOf(List<HoldoutPicture> pictures, Predicate<HoldoutPicture> wanted) {
        return IntStream.range(0, pictures.size())
                .filter(i -> wanted.test(pictures.get(i)))
                .boxed()
                .toList();
    }

    private static FloatMatrix rows(FloatMatrix vectors, List<Integer> rows) {
        return FloatMatrix.of(rows.stream().map(vectors::row).toArray(float[][]::new));
    }

    private Map<String, Double> zeroShot(FloatMatrix vectors, List<HoldoutPicture> pictures, List<Integer> tests) {
        FloatMatrix unit = rows(vectors, tests);
        long[] groups = keys(tests, i -> pictures.get(i).group());
        long[] domains = keys(tests, i -> pictures.get(i).domain());
        int[] domainOf = new int[domains.length];
        for (int i = 0; i < domains.length; i++) {
            domainOf[i] = (int) domains[i];
        }
        Map<String, Double> scores = new TreeMap<>();
        List<RetrievalScores> found = retrieval.score(
                new RetrievalSet(unit, groups, new long[0], domainOf),
                List.of(Gallery.ALL, Gallery.OTHER_DOMAINS, Gallery.EACH_OTHER_DOMAIN));
        if (found.get(0).queries() > 0) {
            scores.put("test.recall_at_1", found.get(0).recallAt(1));
            scores.put("test.map_at_r", found.get(0).mapAtR());
        }
        putRecall(scores, "test.cross_domain_recall_at_1", found.get(1));
        putRecall(scores, "test.cross_domain_pair_recall_at_1", found.get(2));
        return scores;
    }

    private static void putRecall(Map<String, Double> scores, String name, RetrievalScores found) {
        if (found.queries() > 0) {
            scores.put(name, found.recallAt(1));
        }
    }

    /** Small numbers for names, in order of appearance; -1 for none. */
    private static long[] keys(List<Integer> rows, Function<Integer, Optional<String>> nameOf) {
        Map<String, Long> known = new HashMap<>();
        return rows.stream()
                .mapToLong(row -> nameOf.apply(row)
                        .map(name -> known.computeIfAbsent(name, unseen -> (long) known.size()))
                        .orElse(-1L))
                .toArray();
    }

    private static double normError(FloatMatrix vectors) {
        double worst = 0;
        for (int i = 0; i < vectors.rows(); i++) {
            double squares = 0;
            for (int d = 0; d < vectors.columns(); d++) {
                squares += (double) vectors.get(i, d) * vectors.get(i, d);
            }
            double error = Math.abs(Math.sqrt(squares) - 1);
            worst = Double.isNaN(error) ? Double.NaN : Math.max(worst, error);
        }
        return worst;
    }

    /** Standard deviation of one dimension, as root mean square over all: near 0 when the space has collapsed. */
    private static double deviation(FloatMatrix vectors) {
        int n = vectors.rows();
        double sum = 0;
        for (int d = 0; d < vectors.columns(); d++) {
            double mean = 0;
            for (int i = 0; i < n; i++) {
                mean += vectors.get(i, d);
            }
            mean /= n;
            for (int i = 0; i < n; i++) {
                double x = vectors.get(i, d) - mean;
                sum += x * x;
            }
        }
        return Math.sqrt(sum / n / vectors.columns());
    }

    private FloatMatrix vectors(Embedder model, List<HoldoutPicture> pictures) {
        List<CanonicalImage> images = images(pictures);
        List<CompletableFuture<float[][]>> blocks = new ArrayList<>();
        for (int from = 0; from < images.size(); from += BLOCK) {
            List<CanonicalImage> block = images.subList(from, Math.min(from + BLOCK, images.size()));
            blocks.add(CompletableFuture.supplyAsync(() -> model.embed(block), executor));
        }
        return FloatMatrix.of(blocks.stream()
                .map(CompletableFuture::join)
                .flatMap(Arrays::stream)
                .toArray(float[][]::new));
    }

    private static List<CanonicalImage> images(List<HoldoutPicture> pictures) {
        return pictures.stream().map(HoldoutPicture::image).toList();
    }
}
