package io.anchorstream.model.network;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.anchorstream.model.loss.FeatureHead;
import io.anchorstream.model.loss.FloatMatrix;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class LastLayerTest {
    private static final int ROWS = 4;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path folder;

    private final NDManager manager = Engine.getEngine("PyTorch").newBaseManager();

    @AfterEach
    void close() {
        JniUtils.setGradMode(true);
        manager.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"hybrid", "resnet", "torchscript"})
    void sendsTheFeaturesOfThePassToTheEmbeddingsOfThePass(String kind) throws IOException {
        Network network = SmallNetworks.create(kind, manager, folder);
        FloatMatrix embeddings = matrix(pass(network));
        FeatureHead head = network.head();

        FloatMatrix again = head.forward(head.features());

        assertThat(again.rows()).isEqualTo(ROWS);
        for (int i = 0; i < embeddings.values().length; i++) {
            assertThat(again.values()[i]).isCloseTo(embeddings.values()[i], within(1e-4f));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hybrid", "resnet", "torchscript"})
    void theWayBackTeachesTheLayerAndNothingElse(String kind) throws IOException {
        Network network = SmallNetworks.create(kind, manager, folder);
        pass(network);
        FeatureHead head = network.head();
        FloatMatrix made = head.features();
        FloatMatrix out = head.forward(made);
        FloatMatrix slope = FloatMatrix.zeros(out.rows(), out.columns());
        Random random = new Random(5);
        for (int i = 0; i < slope.values().length; i++) {
            slope.values()[i] = (float) random.nextGaussian();
        }

        float[] pull = new float[ROWS];
        for (int row = 0; row < ROWS; row++) {
            pull[row] = row / 2f;
        }
        FloatMatrix toMade = head.backward(slope, pull);

        Weight exit = network.weights()
                .learned()
                .filter(weight -> weight.path().equals("exit.kernel"))
                .findFirst()
                .orElseThrow();
        network.weights()
                .learned()
                .filter(weight -> !weight.path().startsWith("exit."))
                .forEach(weight -> assertThat(weight.array().hasGradient()
                                && weight.array().getGradient().abs().sum().getFloat() > 0)
                        .as(weight.path())
                        .isFalse());
        int width = made.columns();
        int added = width - (int) exit.array().getShape().get(1);
        float[] kernel = exit.array().getGradient().toFloatArray();
        for (int d = 0; d < SmallNetworks.DIMENSION; d++) {
            double expected = 0;
            for (int row = 0; row < ROWS; row++) {
                expected += pull[row] * slope.get(row, d) * made.get(row, added);
            }
            assertThat((double) kernel[d * (width - added)]).isCloseTo(expected, within(1e-3));
        }
        for (int row = 0; row < ROWS && added > 0; row++) {
            assertThat(toMade.get(row, 3)).isCloseTo(slope.get(row, 3), within(1e-6f));
        }
        double along = 0;
        double change = 0;
        FloatMatrix moved = FloatMatrix.zeros(ROWS, width);
        for (int i = 0; i < moved.values().length; i++) {
            float step = (float) random.nextGaussian();
            moved.values()[i] = made.values()[i] + step;
            along += step * toMade.values()[i];
        }
        FloatMatrix there = head.forward(moved);
        for (int i = 0; i < out.values().length; i++) {
            change += slope.values()[i] * (there.values()[i] - out.values()[i]);
        }
        assertThat(change).isCloseTo(along, within(1e-3 * (1 + Math.abs(along))));
    }

    private NDArray pass(Network network) {
        JniUtils.setGradMode(true);
        Random random = new Random(3);
        float[] input = new float[ROWS * network.input().length()];
        for (int i = 0; i < input.length; i++) {
            input[i] = random.nextFloat();
        }
        NDArray out = network.forward(manager.create(input, network.input().shape(ROWS)), true);
        assertThat(out).isInstanceOf(PtNDArray.class);
        return out;
    }

    private static FloatMatrix matrix(NDArray rows) {
        return new FloatMatrix(ROWS, SmallNetworks.DIMENSION, rows.toFloatArray());
    }
}
