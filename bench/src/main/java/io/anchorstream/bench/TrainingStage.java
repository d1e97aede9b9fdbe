package io.anchorstream.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

import io.anchorstream.avro.MiniBatch;
import io.anchorstream.avro.TrainingStep;
import io.anchorstream.model.training.PyTorchModelRuntime;
import io.anchorstream.model.training.Trainer;
import io.anchorstream.model.training.TrainingBatch;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.run.Cluster;
import io.anchorstream.service.run.Learning;
import io.anchorstream.service.run.Role;
import io.anchorstream.topology.training.Batches;

/**
 * The train role over mini-batches that already wait on the topic, hold-out scores, checkpoints and publication
 * included, beside the same trainer in a plain loop over the same batches. Both are timed from the first step of a
 * version to the first of another one, so that each version counts with all of its steps.
 */
final class TrainingStage {
    private static final int PERIODS = 3;

    private TrainingStage() {}

    static List<Measurement> run(Settings settings) throws IOException {
        Cluster cluster = Cluster.of(settings);
        int period = settings.get(Keys.STEPS_PER_VERSION);
        int first = period + 1;
        int last = (PERIODS + 1) * period + 1;
        List<TrainingBatch> all = read(cluster, last);
        double before = bare(settings, all, first);
        Served ours = service(settings, cluster, first, last);
        double after = bare(settings, all, first);
        String what = ", " + PERIODS * period + " steps, a version every " + period;
        return List.of(
                new Measurement(
                        "training" + what,
                        ours.imagesPerSecond(),
                        Optional.of((before + after) / 2),
                        "images/s",
                        "ratio ≥ 0.9"),
                share("of it, checkpoints and transactions of versions", ours.publicationShare(), "≤ 3 %"),
                share("beside it: their scores on the hold-out and rotations", ours.scoringShare(), "–"));
    }

    private static Measurement share(String name, double share, String goal) {
        return new Measurement(name, 100 * share, Optional.empty(), "%", goal);
    }

    private static List<TrainingBatch> read(Cluster cluster, int wanted) {
        List<TrainingBatch> batches = new ArrayList<>();
        try (Follower<MiniBatch> follower =
                new Follower<>(cluster, cluster.topics().trainingBatches().name(), MiniBatch.class)) {
            follower.until(() -> batches.size() >= wanted || follower.atEnd(), (batch, timestamp, now) -> {
                if (batches.size() < wanted) {
                    batches.add(Batches.of(batch));
                }
            });
        }
        if (batches.size() < wanted) {
            throw new IllegalStateException("only " + batches.size() + " mini-batches were drawn, and " + wanted
                    + " are needed; measure with more --items");
        }
        return batches;
    }

    private static double bare(Settings settings, List<TrainingBatch> batches, int first) {
        PyTorchModelRuntime runtime = new PyTorchModelRuntime(
                settings.get(Keys.ENGINE_THREADS), settings.get(Keys.DEVICE), settings.get(Keys.PINNED_MEMORY));
        try (Trainer trainer = runtime.newTrainer(Learning.config(settings))) {
            long images = 0;
            long began = 0;
            trainer.prefetch(batches.get(0)); // hints come in the order of training, or they are dropped
            for (int step = 1; step <= batches.size(); step++) {
                if (step < batches.size()) {
                    trainer.prefetch(batches.get(step));
                }
                TrainingBatch batch = batches.get(step - 1);
                trainer.train(batch);
                if (step > first) {
                    images += batch.examples().size();
                } else {
                    began = System.nanoTime();
                }
            }
            return images * 1e9 / (System.nanoTime() - began);
        }
    }

    /** What the train role did between two steps; shares are of that time, 0..1. */
    private record Served(double imagesPerSecond, double scoringShare, double publicationShare) {}

    private static Served service(Settings settings, Cluster cluster, int first, int last) throws IOException {
        try (Instance train = new Instance(settings, EnumSet.of(Role.TRAIN));
                Follower<TrainingStep> steps = new Follower<>(
                        train.cluster(), cluster.topics().trainingSteps().name(), TrainingStep.class)) {
            long[] seen = new long[4]; // last step, images, begin, end
            double[] scoring = new double[2];
            double[] publication = new double[2];
            steps.until(() -> seen[0] >= last, (step, timestamp, now) -> {
                seen[0] = step.getStep();
                int at = step.getStep() == first ? 0 : step.getStep() == last ? 1 : -1;
                if (at >= 0) {
                    seen[2 + at] = step.getTimestamp();
                    scoring[at] = train.metric("anchorstream.train.scoring.seconds");
                    publication[at] = train.metric("anchorstream.train.publication.seconds");
                }
                if (step.getStep() > first && step.getStep() <= last) {
                    seen[1] += step.getImages();
                }
            });
            double seconds = (seen[3] - seen[2]) / 1000.0;
            return new Served(
                    seen[1] / seconds,
                    (scoring[1] - scoring[0]) / seconds,
                    (publication[1] - publication[0]) / seconds);
        }
    }
}
