package io.anchorstream.model.training;

import java.util.LinkedHashMap;
import java.util.Map;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.anchorstream.model.checkpoint.Tensor;
import io.anchorstream.model.network.Weight;
import io.anchorstream.model.network.WeightRole;
import io.anchorstream.model.network.Weights;

/**
 * Exponential moving average of the weights, normalisation statistics included: what is served. Its inertia grows from
 * 0.1 to the configured decay, {@code min(decay, (1 + t) / (10 + t))}, so that it leaves the start quickly.
 */
final class MovingAverage {
    private final Weights weights;
    private final Map<String, NDArray> averages = new LinkedHashMap<>();
    private final double decay;
    private long updates;

    MovingAverage(Weights weights, NDManager manager, double decay) {
        this.weights = weights;
        this.decay = decay;
        for (Weight weight : weights.all()) {
            if (weight.role() != WeightRole.FIXED) {
                NDArray copy = weight.array().duplicate();
                copy.attach(manager);
                averages.put(weight.path(), copy);
            }
        }
    }

    /**
     * @param step owns the factors
     */
    void update(NDManager step) {
        double inertia = Math.min(decay, (1.0 + updates) / (10.0 + updates));
        updates++;
        NDArray keep = step.create(inertia);
        NDArray take = step.create(1 - inertia);
        for (Weight weight : weights.all()) {
            NDArray average = averages.get(weight.path());
            if (average != null) {
                try (NDArray current = weight.array().mul(take)) {
                    average.muli(keep).addi(current);
                }
            }
        }
    }

    /** A full set of weights: averages where there are, fixed weights as they are. */
    Map<String, Tensor> tensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Weight weight : weights.all()) {
            NDArray average = averages.get(weight.path());
            tensors.put(weight.path(), Weights.toTensor(average == null ? weight.array() : average));
        }
        return tensors;
    }

    long updates() {
        return updates;
    }

    /**
     * @throws IllegalArgumentException if an average is missing
     */
    void load(Map<String, Tensor> tensors, long takenUpdates) {
        averages.forEach((path, average) -> {
            Tensor tensor = tensors.get(path);
            if (tensor == null) {
                throw new IllegalArgumentException("the averaged weights lack " + path);
            }
            Weights.overwrite(average, tensor);
        });
        updates = takenUpdates;
    }
}
