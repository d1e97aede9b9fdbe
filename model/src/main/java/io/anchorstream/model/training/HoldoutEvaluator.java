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
        return scores(vectors(model, pictures), pictures);
    }

    /** Vectors, scores, and what each picture scored as a query among those outside the test groups. */
    public HoldoutSheet sheet(Embedder model, List<HoldoutPicture> pictures) {
        FloatMatrix vectors = vectors(model, pictures);
        List<Integer> judges = IntStream.range(0, pictures.size())
                .filter(i -> !pictures.get(i).test())
                .boxed()
                .toList();
        long[] labels =
                judges.stream().mapToLong(row -> pictures.get(row).label()).toArray();
        QueryScores asked = retrieval.perQuery(new RetrievalSet(rows(vectors, judges), labels));
        double[] recall = new double[pictures.size()];
        double[] mapAtR = new double[pictures.size()];
        Arrays.fill(recall, Double.NaN);
        Arrays.fill(mapAtR, Double.NaN);
        for (int i = 0; i < judges.size(); i++) {
            recall[judges.get(i)] = asked.recallAt1()[i];
            mapAtR[judges.get(i)] = asked.mapAtR()[i];
        }
        return new HoldoutSheet(scores(vectors, pictures), vectors, new QueryScores(recall, mapAtR));
    }

    private Map<String, Double> scores(FloatMatrix vectors, List<HoldoutPicture> pictures) {
        Map<String, Double> scores = new TreeMap<>(retrieval(vectors, pictures));
        if (pictures.size() > 1) {
            scores.put("embedding.std", deviation(vectors));
            scores.put("embedding.norm_error", normError(vectors));
        }
        return scores;
    }

    /** The retrieval scores of {@link #scores} for raw descriptors, with {@code hog.}, {@code pixels.}, {@code histogram.} before. */
    public Map<String, Double> baselines(List<HoldoutPicture> pictures) {
        Map<String, Function<List<CanonicalImage>, FloatMatrix>> descriptors = Map.of(
                "hog.", RawBaselines::orientedGradients,
                "pixels.", RawBaselines::pixels,
                "histogram.", RawBaselines::colourHistogram);
        Map<String, Double> scores = new TreeMap<>();
        descriptors.forEach((prefix, descriptor) -> retrieval(descriptor.apply(images(pictures)), pictures)
                .forEach((name, value) -> scores.put(prefix + name, value)));
        return scores;
    }

    private Map<String, Double> retrieval(FloatMatrix vectors, List<HoldoutPicture> pictures) {
        Map<String, Double> scores = new TreeMap<>();
        List<Integer> judges = new ArrayList<>();
        List<Integer> tests = new ArrayList<>();
        for (int i = 0; i < pictures.size(); i++) {
            if (!pictures.get(i).test()) {
                judges.add(i);
            } else if (pictures.get(i).group().isPresent()) {
                tests.add(i);
            }
        }
        if (!judges.isEmpty()) {
            scores.putAll(byLabel(vectors, pictures, judges));
        }
        if (!tests.isEmpty()) {
            scores.putAll(zeroShot(vectors, pictures, tests));
        }
        return scores;
    }

    private Map<String, Double> byLabel(FloatMatrix vectors, List<HoldoutPicture> pictures, List<Integer> judges) {
        long[] labels =
                judges.stream().mapToLong(row -> pictures.get(row).label()).toArray();
        RetrievalScores found = retrieval.score(new RetrievalSet(rows(vectors, judges), labels), Gallery.ALL);
        return found.queries() == 0
                ? Map.of()
                : Map.of(
                        "holdout.recall_at_1", found.recallAt(1),
                        "holdout.recall_at_10", found.recallAt(10),
                        "holdout.map_at_r", found.mapAtR());
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
