package io.anchorstream.service.pipeline;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

import io.anchorstream.model.alignment.Rotation;
import io.anchorstream.model.checkpoint.CheckpointDirectory;
import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.training.Embedder;
import io.anchorstream.model.training.ModelArtifact;
import io.anchorstream.model.training.ModelRuntime;
import io.anchorstream.model.training.StepResult;
import io.anchorstream.model.training.Trainer;
import io.anchorstream.model.training.TrainingBatch;
import io.anchorstream.model.training.TrainingConfig;

/** A learner whose weights are a hash chain over everything it was trained on, so that any slip shows. */
final class FakeRuntime implements ModelRuntime {
    private static final int WEIGHTS = 1_200_000; // more than one chunk
    private static final String FILE = "state";

    private final long nanosPerStep;

    FakeRuntime(long nanosPerStep) {
        this.nanosPerStep = nanosPerStep;
    }

    @Override
    public Trainer newTrainer(TrainingConfig config) {
        return new Chain(sha("seed " + config.seed()), 0);
    }

    @Override
    public RestoredTrainer restore(Path checkpoint, TrainingConfig config) throws IOException {
        CheckpointDirectory.Content content = CheckpointDirectory.read(checkpoint);
        String state = new String(content.file(FILE), StandardCharsets.UTF_8);
        long step = Long.parseLong(content.properties().getOrDefault("step", "-1"));
        return new RestoredTrainer(new Chain(state, step), content.position());
    }

    @Override
    public Trainer trainerFrom(ModelArtifact artifact, long step, TrainingConfig config) {
        byte[] state = Arrays.copyOf(artifact.weights(), sha("").length());
        return new Chain(new String(state, StandardCharsets.UTF_8), step);
    }

    @Override
    public ModelArtifact turned(ModelArtifact artifact, Rotation rotation) {
        return artifact;
    }

    @Override
    public Embedder load(ModelArtifact artifact) {
        return new Embedder() {
            @Override
            public int dimension() {
                return 2;
            }

            @Override
            public float[][] embed(List<CanonicalImage> images) {
                return images.stream().map(image -> new float[] {1, 0}).toArray(float[][]::new);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public Map<String, String> description() {
        return Map.of("engine", "fake");
    }

    private static String sha(String text) {
        return sha(text.getBytes(StandardCharsets.UTF_8));
    }

    static String sha(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private final class Chain implements Trainer {
        private String state;
        private long step;

        Chain(String state, long step) {
            this.state = state;
            this.step = step;
        }

        @Override
        public StepResult train(TrainingBatch batch) {
            LockSupport.parkNanos(nanosPerStep);
            state = sha(state + batch.sampler() + "/" + batch.number());
            step++;
            return new StepResult(step, 1.0 / step, 0.5, 4, 0.1, 1, 1e-3, Optional.empty(), Map.of());
        }

        @Override
        public long step() {
            return step;
        }

        @Override
        public ModelArtifact artifact() {
            byte[] weights = new byte[WEIGHTS];
            byte[] seed = state.getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < weights.length; i++) {
                weights[i] = seed[i % seed.length];
            }
            return new ModelArtifact("{}", "network", weights, sha(weights), 2);
        }

        @Override
        public CheckpointDirectory.Content checkpoint(Map<String, String> position) {
            return new CheckpointDirectory.Content(
                    Map.of("step", Long.toString(step)),
                    position,
                    Map.of(FILE, state.getBytes(StandardCharsets.UTF_8)));
        }

        @Override
        public void close() {}
    }
}
