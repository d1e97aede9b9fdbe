package io.anchorstream.model.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.anchorstream.model.checkpoint.CheckpointDirectory;
import io.anchorstream.model.image.CanonicalImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TorchScriptNetworkTest {
    private final PyTorchModelRuntime runtime = new PyTorchModelRuntime(1, "cpu");
    private final List<CanonicalImage> images =
            IntStream.range(0, 20).mapToObj(i -> GlyphPictures.picture(i, i)).toList();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private TrainingConfig config(Path file) {
        return TrainingConfigs.of(
                "torchscript", Map.of("file", file.toString(), "input", "32", "hidden", "16", "cache", "10"), 24);
    }

    @Test
    void theModuleTravelsWithTheWeightsSoThatEmbeddersNeedNoFile() throws IOException {
        Path file = TorchScriptFile.write(folder.resolve("backbone.pt"));
        ModelArtifact artifact;
        try (Trainer trainer = runtime.newTrainer(config(file))) {
            for (int i = 0; i < 3; i++) {
                assertThat(trainer.train(GlyphPictures.batch(i, 20, 4)).skipped())
                        .isEmpty();
            }
            artifact = trainer.artifact();
        }
        Files.delete(file);

        assertThat(artifact.network()).contains("\"features\":\"48\"").doesNotContain(folder.toString());
        try (Embedder embedder = runtime.load(artifact)) {
            float[][] together = embedder.embed(images);
            assertThat(together).hasDimensions(20, 24);
            for (int i = 0; i < images.size(); i++) {
                assertThat(embedder.embed(List.of(images.get(i)))[0]).isEqualTo(together[i]);
            }
        }
    }

    @Test
    void resumesBitByBit() throws IOException {
        TrainingConfig config = config(TorchScriptFile.write(folder.resolve("backbone.pt")));
        Path checkpoint = folder.resolve("c");
        String uninterrupted;
        try (Trainer trainer = runtime.newTrainer(config)) {
            trainer.train(GlyphPictures.batch(0, 20, 4));
            CheckpointDirectory.write(checkpoint, trainer.checkpoint(Map.of()));
            trainer.train(GlyphPictures.batch(1, 20, 4));
            uninterrupted = trainer.artifact().weightsDigest();
        }

        try (Trainer trainer = runtime.restore(checkpoint, config).trainer()) {
            trainer.train(GlyphPictures.batch(1, 20, 4));
            assertThat(trainer.artifact().weightsDigest()).isEqualTo(uninterrupted);
        }
    }

    @Test
    void saysWhichFileIsMissingOrNoModule() throws IOException {
        Path noModule = Files.writeString(folder.resolve("text.pt"), "not a module");

        assertThatThrownBy(() -> runtime.newTrainer(config(folder.resolve("nowhere.pt"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nowhere.pt")
                .hasMessageContaining("cannot be read");
        assertThatThrownBy(() -> runtime.newTrainer(config(noModule)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("torch.jit.save");
    }
}
