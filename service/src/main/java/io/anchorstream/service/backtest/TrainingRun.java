package io.anchorstream.service.backtest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntConsumer;

import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.loss.FloatMatrix;
import io.anchorstream.model.training.Embedder;
import io.anchorstream.model.training.ModelRuntime;
import io.anchorstream.model.training.StepResult;
import io.anchorstream.model.training.Trainer;
import io.anchorstream.model.training.TrainingBatch;
import io.anchorstream.model.training.TrainingConfig;
import io.anchorstream.service.backtest.BacktestRun.Point;

/** Trains one network on recorded batches and embeds the test pictures with it. */
final class TrainingRun {
    private static final int PREQUENTIAL_POINTS = 40;

    private final ModelRuntime runtime;
    private final List<CanonicalImage> pictures;
    private final Scoring scores;

    TrainingRun(ModelRuntime runtime, Scoring scores) {
        this.runtime = runtime;
        this.pictures = scores.pictures();
        this.scores = scores;
    }

    /**
     * @param vectors {@code float[tests][D]} of the pictures in the end
     * @param metrics means over the steps that taught, e.g. {@code margin.mean}
     */
    record Outcome(
            FloatMatrix vectors,
            int gradientImages,
            int steps,
            int skipped,
            Map<String, Double> metrics,
            Map<String, List<Point>> curves) {}

    /** The network before its first step. */
    FloatMatrix untrained(TrainingConfig config) {
        try (Trainer trainer = runtime.newTrainer(config)) {
            return embed(trainer);
        }
    }

    /**
     * @param curvePoints how often the test pictures are scored on the way; 0 = in the end only
     * @param learned told of every picture learned from
     */
    Outcome train(TrainingConfig config, List<TrainingBatch> batches, int curvePoints, IntConsumer learned) {
        int images = 0;
        int skipped = 0;
        Map<String, double[]> sums = new TreeMap<>();
        List<Point> tested = new ArrayList<>();
        List<Point> prequential = new ArrayList<>();
        try (Trainer trainer = runtime.newTrainer(config)) {
            if (curvePoints > 0) {
                tested.add(new Point(0, scores.curve(embed(trainer))));
            }
            for (int i = 0; i < batches.size(); i++) {
                if (i + 1 < batches.size()) {
                    trainer.prefetch(batches.get(i));
                    trainer.prefetch(batches.get(i + 1));
                }
                StepResult result = trainer.train(batches.get(i));
                int size = batches.get(i).examples().size();
                learned.accept(size);
                if (result.skipped().isPresent()) {
                    skipped++;
                } else {
                    images += size;
                    result.metrics().forEach((name, value) -> {
                        double[] sum = sums.computeIfAbsent(name, unseen -> new double[2]);
                        sum[0] += value;
                        sum[1]++;
                    });
                }
                if (isPoint(i, batches.size(), PREQUENTIAL_POINTS)) {
                    prequential.add(new Point(images, result.prequentialRecallAt1()));
                }
                if (i + 1 < batches.size() && isPoint(i, batches.size(), curvePoints)) {
                    tested.add(new Point(images, scores.curve(embed(trainer))));
                }
            }
            FloatMatrix vectors = embed(trainer);
            Map<String, List<Point>> curves = new TreeMap<>();
            curves.put("prequential_recall_at_1", prequential);
            if (curvePoints > 0) {
                tested.add(new Point(images, scores.curve(vectors)));
                curves.put(scores.curveName(), tested);
            }
            Map<String, Double> metrics = new TreeMap<>();
            sums.forEach((name, sum) -> metrics.put(name, sum[0] / sum[1]));
            return new Outcome(vectors, images, batches.size(), skipped, metrics, curves);
        }
    }

    private static boolean isPoint(int index, int count, int points) {
        return points > 0 && (long) (index + 1) * points / count > (long) index * points / count;
    }

    private FloatMatrix embed(Trainer trainer) {
        try (Embedder embedder = runtime.load(trainer.artifact())) {
            return FloatMatrix.of(embedder.embed(pictures));
        }
    }
}
