package io.anchorstream.model.training;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.anchorstream.model.network.Network;
import io.anchorstream.model.network.NetworkPlan;
import io.anchorstream.model.network.Networks;
import io.anchorstream.model.network.Weight;
import io.anchorstream.model.network.WeightRole;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class AdamWTest {
    private static final double RATE = 0.01;
    private static final double DECAY = 0.1;
    private static final double SCALE = 0.5;

    /** The formula of the paper, in double precision. */
    private static final class Oracle {
        private final double[] values;
        private final double[] mean;
        private final double[] variance;
        private final double decay;
        private int updates;

        Oracle(float[] start, double decay) {
            values = new double[start.length];
            for (int i = 0; i < start.length; i++) {
                values[i] = start[i];
            }
            mean = new double[start.length];
            variance = new double[start.length];
            this.decay = decay;
        }

        void update(float[] gradient) {
            updates++;
            for (int i = 0; i < values.length; i++) {
                double g = gradient[i] * SCALE;
                mean[i] = 0.9 * mean[i] + 0.1 * g;
                variance[i] = 0.999 * variance[i] + 0.001 * g * g;
                double m = mean[i] / (1 - Math.pow(0.9, updates));
                double v = variance[i] / (1 - Math.pow(0.999, updates));
                values[i] -= RATE * decay * values[i];
                values[i] -= RATE * m / (Math.sqrt(v) + 1e-8);
            }
        }
    }

    @Test
    @SuppressWarnings("try") // the scope of the mode is its use
    void followsThePaperWithDecayOnKernelsOnly() {
        try (NDManager manager = Engine.getEngine("PyTorch").newBaseManager();
                GradientMode mode = GradientMode.recording(1);
                Network network = Networks.create(
                        new NetworkPlan(
                                Networks.specify("resnet", Map.of("input", "16", "width", "4"), 16, 4), Map.of()),
                        manager,
                        3)) {
            network.weights().learned().forEach(w -> w.array().setRequiresGradient(true));
            AdamW optimiser = new AdamW(network.weights(), manager, DECAY);
            Map<String, Oracle> oracles = new HashMap<>();
            network.weights()
                    .learned()
                    .forEach(w -> oracles.put(
                            w.path(), new Oracle(w.array().toFloatArray(), w.role() == WeightRole.KERNEL ? DECAY : 0)));

            for (int step = 0; step < 3; step++) {
                NDArray images = manager.randomUniform(0, 1, new Shape(4, 3, 16, 16));
                NDArray out = network.forward(images, true);
                JniUtils.backward((PtNDArray) out, (PtNDArray) out.duplicate().stopGradient(), false, false);
                double sum = 0;
                for (Weight weight : network.weights().learned().toList()) {
                    float[] gradient = weight.array().getGradient().toFloatArray();
                    for (float g : gradient) {
                        sum += (double) g * g;
                    }
                    oracle(oracles, weight).update(gradient);
                }
                assertThat(optimiser.gradientNorm()).isCloseTo(Math.sqrt(sum), within(1e-3 * Math.sqrt(sum)));
                optimiser.update(RATE, SCALE);
            }

            for (Weight weight : network.weights().learned().toList()) {
                float[] values = weight.array().toFloatArray();
                for (int i = 0; i < values.length; i++) {
                    assertThat((double) values[i])
                            .as("%s[%d]", weight.path(), i)
                            .isCloseTo(oracle(oracles, weight).values[i], within(1e-5));
                }
                assertThat(weight.array().getGradient().square().sum().getFloat())
                        .isZero();
            }
        }
    }

    private static Oracle oracle(Map<String, Oracle> oracles, Weight weight) {
        return Objects.requireNonNull(oracles.get(weight.path()), weight.path());
    }
}
