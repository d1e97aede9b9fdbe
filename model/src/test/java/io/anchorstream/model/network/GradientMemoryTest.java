package io.anchorstream.model.network;

import java.io.IOException;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.anchorstream.model.checkpoint.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What the backward pass reads must outlive the Java objects of the forward pass. */
class GradientMemoryTest {
    private static final Cleaner CLEANER = Cleaner.create();

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
    void gradientsAreTheSameWhenGarbageIsCollectedBeforeTheBackwardPass(String kind)
            throws InterruptedException, IOException {
        Network network = SmallNetworks.create(kind, manager, folder);
        network.weights().all().stream()
                .filter(weight -> weight.path().equals("exit.kernel"))
                .forEach(weight -> Weights.overwrite(weight.array(), Weights.toTensor(ones(weight))));

        Map<Weight, Tensor> statistics = new HashMap<>();
        network.weights().all().stream()
                .filter(weight -> weight.role() == WeightRole.STATISTIC)
                .forEach(weight -> statistics.put(weight, Weights.toTensor(weight.array())));

        List<float[]> quiet = gradients(network, false);
        for (int i = 0; i < 5; i++) {
            // A pass in training moves what features are standardised by.
            statistics.forEach((weight, start) -> Weights.overwrite(weight.array(), start));
            assertThat(gradients(network, true)).usingRecursiveComparison().isEqualTo(quiet);
        }
    }

    private NDArray ones(Weight weight) {
        return manager.ones(weight.array().getShape());
    }

    private List<float[]> gradients(Network network, boolean collect) throws InterruptedException {
        JniUtils.setGradMode(true);
        try (NDManager scope = manager.newSubManager()) {
            Random random = new Random(3);
            float[] input = new float[4 * network.input().length()];
            for (int i = 0; i < input.length; i++) {
                input[i] = random.nextFloat();
            }
            NDArray out = network.forward(scope.create(input, network.input().shape(4)), true);
            NDArray slope = scope.ones(out.getShape());
            if (collect) {
                collectGarbageAndReuseItsMemory();
            }
            JniUtils.backward((PtNDArray) out, (PtNDArray) slope, false, false);
            List<float[]> gradients = new ArrayList<>();
            network.weights().learned().forEach(weight -> {
                gradients.add(weight.array().getGradient().toFloatArray());
                JniUtils.zeroGrad((PtNDArray) weight.array());
            });
            return gradients;
        }
    }

    private static void collectGarbageAndReuseItsMemory() throws InterruptedException {
        CountDownLatch cleaned = new CountDownLatch(1);
        CLEANER.register(new Object(), cleaned::countDown);
        for (int i = 0; i < 500 && !cleaned.await(20, TimeUnit.MILLISECONDS); i++) {
            System.gc();
        }
        assertThat(cleaned.getCount()).isZero();
        List<ByteBuffer> reused = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(4 + i % 24);
            buffer.putFloat(0, 1e9f);
            reused.add(buffer);
        }
        assertThat(reused).hasSize(2_000);
    }
}
