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
 * included, beside the same trainer in a plain loop over the same batches.
 */
final class TrainingStage {
    private static final int WARM_UP = 20;
    private static final int MOST = 300;

    private TrainingStage() {}

    static Measurement run(Settings settings) throws IOException {
        Cluster cluster = Cluster.of(settings);
        List<TrainingBatch> all = read(cluster);
        double before = bare(settings, all);
        double ours = service(settings, cluster, all.size());
        double after = bare(settings, all);
        return new Measurement(
                "training, " + all.size() + " batches, a version every " + settings.get(Keys.STEPS_PER_VERSION)
                        + " steps",
                ours,
                Optional.of((before + after) / 2),
                "images/s",
                "ratio ≥ 0.9");
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

    private static double service(Settings settings, Cluster cluster, int batches) throws IOException {
        try (Instance train = new Instance(settings, EnumSet.of(Role.TRAIN));
                Follower<TrainingStep> steps = new Follower<>(
                        train.cluster(), cluster.topics().trainingSteps().name(), TrainingStep.class)) {
            long[] seen = new long[4]; // last step, images after the warm-up, begin, end
            steps.until(() -> seen[0] >= batches, (step, timestamp, now) -> {
                seen[0] = step.getStep();
                if (step.getStep() == WARM_UP) {
                    seen[2] = step.getTimestamp();
                } else if (step.getStep() > WARM_UP && step.getStep() <= batches) {
                    seen[1] += step.getImages();
                    seen[3] = step.getTimestamp();
                }
            });
            return seen[1] * 1000.0 / (seen[3] - seen[2]);
        }
    }
}
