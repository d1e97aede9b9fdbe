package io.anchorstream.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
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
 * included, beside the same trainer in a plain loop over the same batches.
 */
final class TrainingStage {
    private static final int WARM_UP = 20;
    private static final int MOST = 300;

    private TrainingStage() {}

    static List<Measurement> run(Settings settings) throws IOException {
        Cluster cluster = Cluster.of(settings);
        List<TrainingBatch> all = read(cluster);
        double before = bare(settings, all);
        Service ours = service(settings, cluster, all.size());
        double after = bare(settings, all);
        long every = settings.get(Keys.STEPS_PER_VERSION);
        return List.of(
                new Measurement(
                        "training, " + all.size() + " batches, a version every " + every + " steps",
                        ours.imagesPerSecond(),
                        Optional.of((before + after) / 2),
                        "images/s",
                        "ratio ≥ 0.9"),
                share("checkpoint, rotation and transaction of a version", ours.publication(), every, ours, "≤ 3 %"),
                share("scores of a version on the hold-out", ours.scoring(), every, ours, "–"));
    }

    /**
     * What the role did.
     *
     * @param step seconds of a step
     * @param publication seconds of a version in checkpoint, rotation and transaction
     * @param scoring seconds of a version in scores on the hold-out
     */
    private record Service(double imagesPerSecond, double step, double publication, double scoring) {}

    private static Measurement share(String what, double seconds, long every, Service ours, String goal) {
        return new Measurement(
                String.format(Locale.ROOT, "%s: %.0f ms, of the %d steps before it", what, seconds * 1000, every),
                100 * seconds / (every * ours.step()),
                Optional.empty(),
                "%",
                goal);
    }

    private static List<TrainingBatch> read(Cluster cluster) {
        List<TrainingBatch> batches = new ArrayList<>();
        try (Follower<MiniBatch> follower =
                new Follower<>(cluster, cluster.topics().trainingBatches().name(), MiniBatch.class)) {
            follower.until(() -> batches.size() >= MOST || follower.atEnd(), (batch, timestamp, now) -> {
                if (batches.size() < MOST) {
                    batches.add(Batches.of(batch));
                }
            });
        }
        if (batches.size() <= WARM_UP) {
            throw new IllegalStateException("only " + batches.size() + " mini-batches were drawn, and " + WARM_UP
                    + " are the warm-up; measure with more --items");
        }
        return batches;
    }

    private static double bare(Settings settings, List<TrainingBatch> batches) {
        PyTorchModelRuntime runtime =
                new PyTorchModelRuntime(settings.get(Keys.ENGINE_THREADS), settings.get(Keys.DEVICE));
        try (Trainer trainer = runtime.newTrainer(Learning.config(settings))) {
            long images = 0;
            long began = 0;
            trainer.prefetch(batches.get(0)); // hints come in the order of training, or they are dropped
            for (int i = 0; i < batches.size(); i++) {
                if (i + 1 < batches.size()) {
                    trainer.prefetch(batches.get(i + 1));
                }
                trainer.train(batches.get(i));
                if (i >= WARM_UP) {
                    images += batches.get(i).examples().size();
                } else {
                    began = System.nanoTime();
                }
            }
            return images * 1e9 / (System.nanoTime() - began);
        }
    }

    /** Seconds in steps, publications and scores so far, then versions and steps. */
    private static double[] times(Instance train) {
        return new double[] {
            train.metric("anchorstream.train.step.seconds"),
            train.metric("anchorstream.train.publication.seconds"),
            train.metric("anchorstream.train.scoring.seconds"),
            train.metric("anchorstream.train.version.newest"),
            train.metric("anchorstream.train.steps")
        };
    }

    private static Service service(Settings settings, Cluster cluster, int batches) throws IOException {
        try (Instance train = new Instance(settings, EnumSet.of(Role.TRAIN));
                Follower<TrainingStep> steps = new Follower<>(
                        train.cluster(), cluster.topics().trainingSteps().name(), TrainingStep.class)) {
            long[] seen = new long[4]; // last step, images after the warm-up, begin, end
            double[] begin = new double[5];
            steps.until(() -> seen[0] >= batches, (step, timestamp, now) -> {
                seen[0] = step.getStep();
                if (step.getStep() == WARM_UP) {
                    seen[2] = step.getTimestamp();
                    System.arraycopy(times(train), 0, begin, 0, begin.length);
                } else if (step.getStep() > WARM_UP && step.getStep() <= batches) {
                    seen[1] += step.getImages();
                    seen[3] = step.getTimestamp();
                }
            });
            double[] end = times(train);
            double versions = end[3] - begin[3];
            return new Service(
                    seen[1] * 1000.0 / (seen[3] - seen[2]),
                    (end[0] - begin[0]) / (end[4] - begin[4]),
                    (end[1] - begin[1]) / versions,
                    (end[2] - begin[2]) / versions);
        }
    }
}
