package io.anchorstream.model.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.anchorstream.model.checkpoint.Tensor;
import io.anchorstream.model.network.Weight;
import io.anchorstream.model.network.WeightRole;
import io.anchorstream.model.network.Weights;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101). Biases and normalisations do not decay.
 * Moments are keyed by the path of their weight, so that a checkpoint can be read by name. Not thread-safe.
 */
final class AdamW {
    static final double BETA1 = 0.9;
    static final double BETA2 = 0.999;
    static final double EPSILON = 1e-8;

    private record Slot(Weight weight, NDArray mean, NDArray variance) {}

    private final List<Slot> slots = new ArrayList<>();
    private final double weightDecay;
    private long updates;

    /**
     * @param manager owns the moments
     */
    AdamW(Weights weights, NDManager manager, double weightDecay) {
        this.weightDecay = weightDecay;
        weights.learned()
                .forEach(weight -> slots.add(new Slot(
                        weight,
                        manager.zeros(weight.array().getShape(), DataType.FLOAT32),
                        manager.zeros(weight.array().getShape(), DataType.FLOAT32))));
    }

    /** Euclidean norm over all gradients together. */
    double gradientNorm() {
        double sum = 0;
        for (Slot slot : slots) {
            try (NDArray gradient = slot.weight.array().getGradient();
                    NDArray square = gradient.square();
                    NDArray total = square.sum()) {
                sum += total.getFloat();
            }
        }
        return Math.sqrt(sum);
    }

    /**
     * Moves every weight along its gradient and clears the gradient.
     *
     * @param scale factor on all gradients (clipping)
     */
    void update(double rate, double scale) {
        updates++;
        double correction1 = 1 - Math.pow(BETA1, (double) updates);
        double correction2 = Math.sqrt(1 - Math.pow(BETA2, (double) updates));
        for (Slot slot : slots) {
            double decay = slot.weight.role() == WeightRole.KERNEL ? weightDecay : 0;
            try (NDArray gradient = slot.weight.array().getGradient()) {
                // With epsilon scaled too this is the textbook formula: the engine leaves the variance uncorrected.
                JniUtils.adamUpdate(
                        (PtNDArray) slot.weight.array(),
                        (PtNDArray) gradient,
                        (PtNDArray) slot.mean,
                        (PtNDArray) slot.variance,
                        (float) rate,
                        (float) (rate * correction2 / correction1),
                        (float) decay,
                        (float) scale,
                        -1f,
                        (float) BETA1,
                        (float) BETA2,
                        (float) (EPSILON * correction2),
                        true);
            }
        }
        clear();
    }

    /** Forgets the gradients of a step that is not taken. */
    void clear() {
        for (Slot slot : slots) {
            if (slot.weight.array().hasGradient()) {
                JniUtils.zeroGrad((PtNDArray) slot.weight.array());
            }
        }
    }

    Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        state.put("updates", Tensor.of(new long[] {updates}));
        for (Slot slot : slots) {
            state.put(slot.weight.path() + "#mean", Weights.toTensor(slot.mean));
            state.put(slot.weight.path() + "#variance", Weights.toTensor(slot.variance));
        }
        return state;
    }

    /**
     * @throws IllegalArgumentException if a moment is missing
     */
    void load(Map<String, Tensor> state) {
        updates = required(state, "updates").longs()[0];
        for (Slot slot : slots) {
            Weights.overwrite(slot.mean, required(state, slot.weight.path() + "#mean"));
            Weights.overwrite(slot.variance, required(state, slot.weight.path() + "#variance"));
        }
    }

    private static Tensor required(Map<String, Tensor> state, String name) {
        Tensor tensor = state.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("the optimiser's state lacks " + name + ": it is of another network");
        }
        return tensor;
    }
}
