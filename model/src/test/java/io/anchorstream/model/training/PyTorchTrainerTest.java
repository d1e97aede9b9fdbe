package io.anchorstream.model.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.anchorstream.model.checkpoint.CheckpointDirectory;
import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.training.ModelRuntime.RestoredTrainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class PyTorchTrainerTest {
    private final PyTorchModelRuntime runtime = new PyTorchModelRuntime(1, "cpu");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private static List<StepResult> train(Trainer trainer, int from, int to) {
        List<StepResult> results = new ArrayList<>();
        for (int i = from; i < to; i++) {
            results.add(trainer.train(GlyphPictures.batch(i, 20, 4)));
        }
        return results;
    }

    @Test
    void sameSeedGivesTheSameWeights() {
        try (Trainer one = runtime.newTrainer(TrainingConfigs.tiny());
                Trainer two = runtime.newTrainer(TrainingConfigs.tiny())) {
            List<StepResult> first = train(one, 0, 6);
            List<StepResult> second = train(two, 0, 6);

            assertThat(first).isEqualTo(second);
            assertThat(one.artifact().weightsDigest()).isEqualTo(two.artifact().weightsDigest());
        }
    }

    @Test
    void aLearningRateOfNothingSkipsNoStep() {
        try (Trainer trainer = runtime.newTrainer(TrainingConfigs.withoutGradients())) {
            assertThat(train(trainer, 0, 4))
                    .allSatisfy(result -> assertThat(result.skipped()).isEmpty());
        }
    }

    @Test
    void prefetchChangesNothingButSpeed() {
        try (Trainer plain = runtime.newTrainer(TrainingConfigs.tiny());
                Trainer ahead = runtime.newTrainer(TrainingConfigs.tiny())) {
            train(plain, 0, 6);
            List<TrainingBatch> batches = Stream.iterate(0, i -> i + 1)
                    .limit(6)
                    .map(i -> GlyphPictures.batch(i, 20, 4))
                    .toList();
            batches.forEach(ahead::prefetch);
            ahead.prefetch(GlyphPictures.batch(99, 20, 4));
            batches.forEach(ahead::train);

            assertThat(ahead.artifact().weightsDigest())
                    .isEqualTo(plain.artifact().weightsDigest());
        }
    }

    @Test
    void resumesBitByBitAsIfNothingHadHappened() throws IOException {
        assertResumes(TrainingConfigs.tiny());
    }

    @Test
    void resumesBitByBitWhileItStaysCompatibleWithTheVersionBefore() throws IOException {
        StepResult last = assertResumes(TrainingConfigs.compatible(1));
        assertThat(last.metrics()).containsKeys("loss.compatibility", "compatibility.active");
    }

    @Test
    void resumesBitByBitWhileSyntheticNegativesGoThroughTheLastLayer() throws IOException {
        StepResult last = assertResumes(TrainingConfigs.hardnessAware());
        assertThat(last.metrics().get("hdml.trust")).isLessThan(0.1);
        assertThat(last.metrics().get("hdml.synthetic")).isPositive();
        assertThat(last.gradientNorm()).isPositive();
    }

    private StepResult assertResumes(TrainingConfig config) throws IOException {
        Path middle = folder.resolve("middle");
        Path endOfOne = folder.resolve("one");
        Path endOfTwo = folder.resolve("two");
        List<StepResult> uninterrupted;
        try (Trainer trainer = runtime.newTrainer(config)) {
            train(trainer, 0, 6);
            CheckpointDirectory.write(middle, trainer.checkpoint(Map.of("training.batches-0", "17")));
            uninterrupted = train(trainer, 6, 12);
            CheckpointDirectory.write(endOfOne, trainer.checkpoint(Map.of()));
        }

        RestoredTrainer restored = runtime.restore(middle, config);

        assertThat(restored.position()).containsExactly(Map.entry("training.batches-0", "17"));
        try (Trainer trainer = restored.trainer()) {
            assertThat(trainer.step()).isEqualTo(6);
            assertThat(train(trainer, 6, 12)).isEqualTo(uninterrupted);
            CheckpointDirectory.write(endOfTwo, trainer.checkpoint(Map.of()));
        }
        // The manifest holds the digests of weights, moments, averages, memory and prequential state.
        assertThat(Files.readString(endOfTwo.resolve(CheckpointDirectory.MANIFEST)))
                .isEqualTo(Files.readString(endOfOne.resolve(CheckpointDirectory.MANIFEST)));
        return uninterrupted.get(uninterrupted.size() - 1);
    }

    @Test
    void refusesACheckpointOfAnotherWidth() throws IOException {
        Path checkpoint = folder.resolve("c");
        try (Trainer trainer = runtime.newTrainer(TrainingConfigs.tiny())) {
            CheckpointDirectory.write(checkpoint, trainer.checkpoint(Map.of()));
        }
        TrainingConfig wider = TrainingConfigs.of("hybrid", Map.of("input", "24", "width", "12", "hidden", "16"), 32);

        assertThatThrownBy(() -> runtime.restore(checkpoint, wider))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("\"width\":\"8\"")
                .hasMessageContaining("\"width\":\"12\"");
    }

    @Test
    void refusesACheckpointOfAnotherLoss() throws IOException {
        Path checkpoint = folder.resolve("c");
        TrainingConfig now = TrainingConfigs.tiny();
        try (Trainer trainer = runtime.newTrainer(now)) {
            CheckpointDirectory.write(checkpoint, trainer.checkpoint(Map.of()));
        }
        TrainingConfig other = new TrainingConfig(
                now.network(),
                now.networkOptions(),
                "triplet-semi-hard",
                Map.of(),
                now.embeddingDimension(),
                now.imageSize(),
                now.learningRate(),
                now.weightDecay(),
                now.clipNorm(),
                now.emaDecay(),
                now.memoryRows(),
                now.memoryMaxAge(),
                now.memoryWarmUp(),
                now.augmentation(),
                now.seed(),
                now.threads(),
                now.device());

        assertThatThrownBy(() -> runtime.restore(checkpoint, other))
                .isInstanceOf(IncompatibleCheckpointException.class)
                .hasMessageContaining("made with loss adaptive-triplet")
                .hasMessageContaining("train.start-over=true")
                .hasMessageContaining("triplet-semi-hard");
    }

    @Test
    void givesALossTheMemoryItNeedsAndNoOther() {
        for (boolean needs : List.of(true, false)) {
            TrainingConfig config = TrainingConfigs.withoutRows(needs ? "contrastive-xbm" : "adaptive-triplet");
            try (Trainer trainer = runtime.newTrainer(config)) {
                StepResult result = trainer.train(GlyphPictures.batch(1, 20, 4));
                assertThat(result.metrics()).containsEntry("memory.rows", needs ? 16.0 : 0.0);
            }
        }
    }

    @Test
    void keepsTheRowsOfTheCheckpointWhereNoneAreConfigured() throws IOException {
        checkpoint(TrainingConfigs.withRows("contrastive-xbm", 24));

        try (Trainer trainer = runtime.restore(folder.resolve("rows"), TrainingConfigs.withoutRows("contrastive-xbm"))
                .trainer()) {
            assertThat(train(trainer, 2, 4)).last().satisfies(result -> assertThat(result.metrics())
                    .containsEntry("memory.rows", 24.0));
            assertThat(trainer.checkpoint(Map.of()).properties().get("memory")).startsWith("24/");
        }
    }

    @Test
    void goesOnWithAnEmptyMemoryWhereTheCheckpointHadNone() throws IOException {
        checkpoint(TrainingConfigs.withRows("contrastive-xbm", 0));

        try (Trainer trainer = runtime.restore(folder.resolve("rows"), TrainingConfigs.withoutRows("contrastive-xbm"))
                .trainer()) {
            assertThat(trainer.step()).isEqualTo(2);
            assertThat(train(trainer, 2, 4)).last().satisfies(result -> assertThat(result.metrics())
                    .containsEntry("memory.rows", 32.0));
        }
    }

    @Test
    void saysWhichRowsACheckpointNeeds() throws IOException {
        checkpoint(TrainingConfigs.withRows("contrastive-xbm", 24));

        assertThatThrownBy(
                        () -> runtime.restore(folder.resolve("rows"), TrainingConfigs.withRows("contrastive-xbm", 32)))
                .isInstanceOf(IncompatibleCheckpointException.class)
                .hasMessageContaining("train.memory-rows=24");
    }

    @Test
    void comparesTheMemoryThatIsInUse() {
        assertThat(settings(TrainingConfigs.withoutRows("contrastive-xbm")))
                .isEqualTo(settings(TrainingConfigs.withRows("contrastive-xbm", 4096)))
                .isNotEqualTo(settings(TrainingConfigs.withRows("contrastive-xbm", 64)));
        assertThat(settings(TrainingConfigs.withoutRows("adaptive-triplet")))
                .isEqualTo(settings(TrainingConfigs.withRows("adaptive-triplet", 0)))
                .containsEntry("memory", "none");
    }

    private Map<String, String> settings(TrainingConfig config) {
        try (Trainer trainer = runtime.newTrainer(config)) {
            return trainer.checkpoint(Map.of()).properties();
        }
    }

    private void checkpoint(TrainingConfig config) throws IOException {
        try (Trainer trainer = runtime.newTrainer(config)) {
            train(trainer, 0, 2);
            CheckpointDirectory.write(folder.resolve("rows"), trainer.checkpoint(Map.of()));
        }
    }

    @Test
    void skipsAndCountsBatchesThatCannotTeach() {
        try (Trainer trainer = runtime.newTrainer(TrainingConfigs.tiny())) {
            String untouched = trainer.artifact().weightsDigest();
            CanonicalImage image = GlyphPictures.picture(1, 1);
            TrainingBatch unlabelled = new TrainingBatch(
                    0,
                    0,
                    List.of(
                            new BatchExample("a", -1, 0f, true, image, new float[0]),
                            new BatchExample("b", -1, 0f, true, image, new float[0])));

            StepResult none = trainer.train(unlabelled);
            StepResult empty = trainer.train(new TrainingBatch(0, 1, List.of()));

            assertThat(none.skipped()).contains("no valid anchor");
            assertThat(empty.skipped()).contains("the batch is empty");
            assertThat(empty.metrics()).containsEntry("skipped.total", 2.0);
            assertThat(trainer.step()).isEqualTo(2);
            assertThat(trainer.restoreAdvised()).isFalse();
            assertThat(trainer.artifact().weightsDigest()).isEqualTo(untouched);
        }
    }

    @Test
    void clipsTheGradientToTheLimit() {
        assertThat(PyTorchTrainer.clipScale(4, 1)).isEqualTo(0.25);
        assertThat(PyTorchTrainer.clipScale(0.5, 1)).isEqualTo(1);
        assertThat(PyTorchTrainer.clipScale(4, 0)).isEqualTo(1);
    }

    @Test
    void warmsUpToAConstantRate() {
        LearningRate rate = new LearningRate(0.1, 20);

        assertThat(rate.at(1)).isCloseTo(0.005, within(1e-12));
        assertThat(rate.at(20)).isEqualTo(0.1);
        assertThat(rate.at(100_000)).isEqualTo(0.1);
    }
}
