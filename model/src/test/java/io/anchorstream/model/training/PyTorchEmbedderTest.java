package io.anchorstream.model.training;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

import io.anchorstream.model.alignment.Procrustes;
import io.anchorstream.model.alignment.Rotation;
import io.anchorstream.model.checkpoint.Sha256;
import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.loss.FloatMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class PyTorchEmbedderTest {
    private final PyTorchModelRuntime runtime = new PyTorchModelRuntime(1, "cpu");
    private final List<CanonicalImage> images =
            IntStream.range(0, 37).mapToObj(i -> GlyphPictures.picture(i, i)).toList();

    private ModelArtifact artifact(TrainingConfig config) {
        try (Trainer trainer = runtime.newTrainer(config)) {
            for (int i = 0; i < 3; i++) {
                trainer.train(GlyphPictures.batch(i, 20, 4));
            }
            return trainer.artifact();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hybrid", "resnet"})
    void aPicturesVectorDoesNotDependOnItsCompany(String network) {
        try (Embedder embedder = runtime.load(artifact(TrainingConfigs.of(network, Map.of(), 64)))) {
            float[][] together = embedder.embed(images);

            for (int i : new int[] {0, 1, 15, 16, 36}) {
                assertThat(embedder.embed(List.of(images.get(i)))[0]).isEqualTo(together[i]);
            }
            assertThat(embedder.embed(List.of())).isEmpty();
        }
    }

    @Test
    void appliesTheRotationThatWasPublishedWithTheWeights() {
        ModelArtifact straight = artifact(TrainingConfigs.tiny());
        Random random = new Random(2);
        FloatMatrix from = FloatMatrix.zeros(100, 32);
        FloatMatrix to = FloatMatrix.zeros(100, 32);
        for (int i = 0; i < from.values().length; i++) {
            from.values()[i] = (float) random.nextGaussian();
            to.values()[i] = (float) random.nextGaussian();
        }
        Rotation rotation = Procrustes.fit(from, to);
        ModelArtifact turned = runtime.turned(straight, rotation);
        assertThat(turned.networkDigest()).isEqualTo(straight.networkDigest());
        assertThat(turned.weightsDigest()).isNotEqualTo(straight.weightsDigest());
        try (Embedder before = runtime.load(straight);
                Embedder after = runtime.load(turned)) {
            float[] expected =
                    rotation.turn(FloatMatrix.of(before.embed(images))).values();
            assertThat(FloatMatrix.of(after.embed(images)).values()).containsExactly(expected, within(1e-5f));
        }
    }

    @Test
    void aTrainerThatBeginsWithPublishedWeightsServesThemAndGoesOn() throws IOException {
        ModelArtifact straight = artifact(TrainingConfigs.tiny());
        Rotation rotation = Procrustes.fit(FloatMatrix.zeros(0, 32), FloatMatrix.zeros(0, 32));
        try (Trainer trainer = runtime.trainerFrom(runtime.turned(straight, rotation), 3, TrainingConfigs.tiny())) {
            assertThat(trainer.step()).isEqualTo(3);
            assertThat(trainer.artifact().weightsDigest()).isEqualTo(straight.weightsDigest());
            assertThat(trainer.train(GlyphPictures.batch(3, 20, 4)).step()).isEqualTo(4);
            assertThat(trainer.artifact().weightsDigest()).isNotEqualTo(straight.weightsDigest());
        }
        assertThatThrownBy(() -> runtime.trainerFrom(straight, 3, TrainingConfigs.of("resnet", Map.of(), 32)))
                .isInstanceOf(IncompatibleCheckpointException.class);
    }

    @Test
    void makesUnitVectorsOfTheAskedLength() {
        try (Embedder embedder = runtime.load(artifact(TrainingConfigs.tiny()))) {
            assertThat(embedder.dimension()).isEqualTo(32);
            for (float[] vector : embedder.embed(images)) {
                double norm = 0;
                for (float x : vector) {
                    norm += (double) x * x;
                }
                assertThat(vector).hasSize(32);
                assertThat(norm).isCloseTo(1, within(1e-5));
            }
        }
    }

    @Test
    void closingWaitsForTheCallUnderWayAndRefusesLaterOnes() {
        Embedder embedder = runtime.load(artifact(TrainingConfigs.tiny()));
        float[][] alone = embedder.embed(images);
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Integer> calls = CompletableFuture.supplyAsync(() -> {
            int whole = 0;
            while (true) {
                try {
                    assertThat(embedder.embed(images)).isDeepEqualTo(alone);
                    whole++;
                    begun.countDown();
                } catch (IllegalStateException closed) {
                    assertThat(closed).hasMessageContaining("was closed");
                    return whole;
                }
            }
        });
        assertThatCode(begun::await).doesNotThrowAnyException();
        embedder.close();
        embedder.close();
        assertThat(calls.join()).isPositive();
    }

    @Test
    void twoModelsOnSeveralThreadsDoNotDisturbEachOtherOrTraining() {
        ModelArtifact one = artifact(TrainingConfigs.tiny());
        ModelArtifact two = artifact(TrainingConfigs.of("resnet", Map.of("input", "24", "width", "4"), 16));
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (Embedder first = runtime.load(one);
                Embedder second = runtime.load(two);
                Trainer trainer = runtime.newTrainer(TrainingConfigs.tiny())) {
            float[][] alone = first.embed(images);
            float[][] other = second.embed(images);
            List<CompletableFuture<float[][]>> runs = IntStream.range(0, 8)
                    .mapToObj(i ->
                            CompletableFuture.supplyAsync(() -> (i % 2 == 0 ? first : second).embed(images), threads))
                    .toList();
            for (int i = 0; i < 3; i++) {
                trainer.train(GlyphPictures.batch(i, 20, 4));
            }
            for (int i = 0; i < runs.size(); i++) {
                assertThat(runs.get(i).join()).isDeepEqualTo(i % 2 == 0 ? alone : other);
            }
            assertThat(trainer.artifact().weightsDigest()).isEqualTo(one.weightsDigest());
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void refusesAlteredWeights() {
        ModelArtifact good = artifact(TrainingConfigs.tiny());
        byte[] bytes = good.weights().clone();
        bytes[bytes.length - 1] ^= 1;
        ModelArtifact bad =
                new ModelArtifact(good.network(), good.networkDigest(), bytes, good.weightsDigest(), good.dimension());

        assertThatThrownBy(() -> runtime.load(bad))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("altered");
    }

    @Test
    void refusesWeightsOfAnotherWidth() {
        ModelArtifact narrow = artifact(TrainingConfigs.of("resnet", Map.of("input", "24", "width", "4"), 16));
        ModelArtifact wide = artifact(TrainingConfigs.of("resnet", Map.of("input", "24", "width", "8"), 16));

        assertThatThrownBy(() -> runtime.load(new ModelArtifact(
                        wide.network(),
                        wide.networkDigest(),
                        narrow.weights(),
                        Sha256.hex(narrow.weights()),
                        narrow.dimension())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("another size");
        assertThatThrownBy(() -> runtime.load(new ModelArtifact(
                        wide.network(),
                        narrow.networkDigest(),
                        wide.weights(),
                        wide.weightsDigest(),
                        wide.dimension())))
                .hasMessageContaining("network digest");
    }

    @Test
    void refusesPicturesOfAnotherSize() {
        try (Embedder embedder = runtime.load(artifact(TrainingConfigs.tiny()))) {
            assertThatThrownBy(() -> embedder.embed(List.of(new CanonicalImage(8, new byte[192]))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("32 px, not 8 px");
        }
    }
}
