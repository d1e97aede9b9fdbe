package io.anchorstream.model.training;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import io.anchorstream.model.alignment.Procrustes;
import io.anchorstream.model.export.TorchScriptExport;
import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.loss.FloatMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

class TorchScriptExportTest {
    private static final int DIMENSION = 64;

    private final PyTorchModelRuntime runtime = new PyTorchModelRuntime(1, "cpu");
    private final List<CanonicalImage> images =
            IntStream.range(0, 21).mapToObj(i -> GlyphPictures.picture(i, i)).toList();

    @ParameterizedTest
    @ValueSource(strings = {"hybrid", "resnet"})
    void theFileGivesTheVectorsThatTheEmbedderGives(String network) throws Exception {
        theFileGivesTheVectorsThatTheEmbedderGives(network, Map.of());
    }

    private void theFileGivesTheVectorsThatTheEmbedderGives(String network, Map<String, String> options)
            throws Exception {
        ModelArtifact artifact = turned(trained(network, options));

        float[][] written = run(TorchScriptExport.of(artifact));

        try (Embedder embedder = runtime.load(artifact)) {
            float[][] served = embedder.embed(images);
            for (int i = 0; i < served.length; i++) {
                for (int d = 0; d < DIMENSION; d++) {
                    assertThat(written[i][d]).isCloseTo(served[i][d], within(1e-5f));
                }
            }
        }
        assertThat(TorchScriptExport.of(artifact)).isEqualTo(TorchScriptExport.of(artifact));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0.7"})
    void aBackboneOfTheUsersBecomesPartOfTheFile(String histogram, @TempDir Path folder) throws Exception {
        Path backbone = TorchScriptFile.write(folder.resolve("backbone.pt"), "Tensor", "torch.flatten(y, 1)");

        theFileGivesTheVectorsThatTheEmbedderGives(
                "torchscript", Map.of("file", backbone.toString(), "input", "24", "histogram", histogram));
    }

    @Test
    void refusesABackboneThatGivesMoreThanATensor(@TempDir Path folder) throws Exception {
        Path backbone = TorchScriptFile.write(folder.resolve("backbone.pt"), "List[Tensor]", "[torch.flatten(y, 1)]");
        ModelArtifact artifact = trained("torchscript", Map.of("file", backbone.toString()));

        assertThatThrownBy(() -> TorchScriptExport.of(artifact))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("must take one tensor and give one", "tools/export_backbone.py");
    }

    private ModelArtifact trained(String network, Map<String, String> options) {
        try (Trainer trainer = runtime.newTrainer(TrainingConfigs.of(network, options, DIMENSION))) {
            for (int i = 0; i < 5; i++) {
                trainer.train(GlyphPictures.batch(i, 20, 4));
            }
            return trainer.artifact();
        }
    }

    private ModelArtifact turned(ModelArtifact artifact) {
        Random random = new Random(3);
        FloatMatrix from = FloatMatrix.zeros(100, DIMENSION);
        FloatMatrix to = FloatMatrix.zeros(100, DIMENSION);
        for (int i = 0; i < from.values().length; i++) {
            from.values()[i] = (float) random.nextGaussian();
            to.values()[i] = (float) random.nextGaussian();
        }
        return runtime.turned(artifact, Procrustes.fit(from, to));
    }

    /** Pictures of 32 px, while the networks take 48: the file resamples. */
    private float[][] run(byte[] file) throws Exception {
        int edge = GlyphPictures.SIZE;
        float[] rgb = new float[images.size() * 3 * edge * edge];
        for (int i = 0; i < images.size(); i++) {
            byte[] pixels = images.get(i).rgb();
            for (int p = 0; p < edge * edge; p++) {
                for (int c = 0; c < 3; c++) {
                    rgb[((i * 3) + c) * edge * edge + p] = (pixels[3 * p + c] & 0xff) / 255f;
                }
            }
        }
        try (NDManager manager = Engine.getEngine("PyTorch").newBaseManager();
                PtSymbolBlock module =
                        JniUtils.loadModule((PtNDManager) manager, new ByteArrayInputStream(file), true, false)) {
            NDArray vectors = module.forward(
                            new ParameterStore(manager, false),
                            new NDList(manager.create(rgb, new Shape(images.size(), 3, edge, edge))),
                            false)
                    .singletonOrThrow();
            float[] values = vectors.toFloatArray();
            float[][] rows = new float[images.size()][DIMENSION];
            for (int i = 0; i < rows.length; i++) {
                System.arraycopy(values, i * DIMENSION, rows[i], 0, DIMENSION);
            }
            return rows;
        }
    }
}
