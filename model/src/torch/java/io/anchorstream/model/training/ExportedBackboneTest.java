package io.anchorstream.model.training;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import io.anchorstream.model.image.CanonicalImage;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** A network that {@code tools/export_backbone.py} wrote, by the Python of {@code -Dpython}, at work under Java. */
class ExportedBackboneTest {
    private static final int FEATURES = 8;

    /** Exports the small network of the tool's own test, and prints what it makes of one picture of values 0, 1/n, ... */
    private static final String EXPORT = """
            import sys
            sys.path.insert(0, "../tools")
            import torch, export_backbone
            from test_export_backbone import Small
            out, size, mixed = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "true"
            export_backbone.export(Small(), (0.5,) * 3, (0.25,) * 3, size, mixed, out)
            numbers = 3 * size * size
            picture = (torch.arange(numbers) / numbers).view(1, 3, size, size)
            print(*torch.jit.load(out)(picture).flatten().tolist())
            """;

    @ParameterizedTest(name = "mixed precision {0}")
    @ValueSource(booleans = {false, true})
    void givesTheFeaturesThatPythonGivesAndIsLearnedUpon(boolean mixed, @TempDir Path folder) throws Exception {
        int size = GlyphPictures.SIZE;
        Path file = folder.resolve("backbone.pt");
        Process python = new ProcessBuilder(
                        System.getProperty("python", "python3"),
                        "-c",
                        EXPORT,
                        file.toString(),
                        Integer.toString(size),
                        Boolean.toString(mixed))
                .redirectError(folder.resolve("errors").toFile())
                .redirectOutput(folder.resolve("features").toFile())
                .start();
        assertThat(python.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(python.exitValue())
                .as(Files.readString(folder.resolve("errors")))
                .isZero();
        String[] expected = Files.readString(folder.resolve("features")).strip().split(" ");
        assertThat(expected).hasSize(FEATURES);

        float[] features = features(file, size);
        for (int i = 0; i < FEATURES; i++) {
            assertThat(features[i]).isCloseTo(Float.parseFloat(expected[i]), within(1e-5f));
        }
        learns(file);
    }

    private static float[] features(Path file, int size) throws Exception {
        float[] picture = new float[3 * size * size];
        for (int i = 0; i < picture.length; i++) {
            picture[i] = (float) i / picture.length;
        }
        try (NDManager manager = Engine.getEngine("PyTorch").newBaseManager();
                PtSymbolBlock module = JniUtils.loadModule(
                        (PtNDManager) manager, new ByteArrayInputStream(Files.readAllBytes(file)), true, false)) {
            return module.forward(
                            new ParameterStore(manager, false),
                            new NDList(manager.create(picture, new Shape(1, 3, size, size))),
                            false)
                    .singletonOrThrow()
                    .toFloatArray();
        }
    }

    private static void learns(Path file) {
        PyTorchModelRuntime runtime = new PyTorchModelRuntime(1, "cpu");
        List<CanonicalImage> images =
                IntStream.range(0, 4).mapToObj(i -> GlyphPictures.picture(i, i)).toList();
        TrainingConfig config = TrainingConfigs.of("torchscript", Map.of("file", file.toString(), "input", "32"), 24);
        try (Trainer trainer = runtime.newTrainer(config)) {
            assertThat(trainer.train(GlyphPictures.batch(0, 20, 4)).skipped()).isEmpty();
            ModelArtifact artifact = trainer.artifact();
            assertThat(artifact.network()).contains("\"features\":\"" + FEATURES + "\"");
            try (Embedder embedder = runtime.load(artifact)) {
                assertThat(embedder.embed(images)).hasDimensions(images.size(), 24);
            }
        }
    }
}
