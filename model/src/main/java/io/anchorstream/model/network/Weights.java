package io.anchorstream.model.network;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import io.anchorstream.model.checkpoint.Sha256;
import io.anchorstream.model.checkpoint.Tensor;

/**
 * All arrays of one network by path, in the order in which its layers declared them. Initial values come from a Java
 * generator seeded by (seed, path): the engine's global generator is never touched, so two trainers in one JVM cannot
 * disturb each other.
 */
public final class Weights {
    private final NDManager manager;
    private final long seed;
    private final Map<String, Weight> byPath = new LinkedHashMap<>();

    /**
     * @param manager owns the arrays; closing it frees them
     * @param seed of the initial values
     */
    public Weights(NDManager manager, long seed) {
        this.manager = manager;
        this.seed = seed;
    }

    /** Declares a kernel of shape {@code [out, in, ...]} with He-normal values, or all zero. */
    NDArray kernel(String path, Shape shape, boolean zero) {
        double deviation = Math.sqrt(2.0 / (shape.size() / (double) shape.get(0)));
        Random random = new Random(seed * 0x9E3779B97F4A7C15L ^ stableHash(path));
        return declare(path, WeightRole.KERNEL, shape, zero ? () -> 0 : () -> random.nextGaussian() * deviation);
    }

    /** Fixed random rows of about unit length, for projecting data of which nothing is known. */
    NDArray gaussian(String path, Shape shape) {
        double deviation = 1 / Math.sqrt((double) shape.get(0));
        Random random = new Random(stableHash(path));
        return declare(path, WeightRole.FIXED, shape, () -> random.nextGaussian() * deviation);
    }

    NDArray constant(String path, WeightRole role, Shape shape, double value) {
        return declare(path, role, shape, () -> value);
    }

    NDArray declare(String path, WeightRole role, Shape shape, DoubleSupplier values) {
        float[] data = new float[(int) shape.size()];
        for (int i = 0; i < data.length; i++) {
            data[i] = (float) values.getAsDouble();
        }
        NDArray array = manager.create(data, shape);
        return adopt(path, role, array);
    }

    NDArray adopt(String path, WeightRole role, NDArray array) {
        array.setName(path);
        if (byPath.putIfAbsent(path, new Weight(path, role, array)) != null) {
            throw new IllegalStateException("two layers declare the weight " + path);
        }
        return array;
    }

    public Collection<Weight> all() {
        return byPath.values();
    }

    /** Weights that a gradient reaches. */
    public Stream<Weight> learned() {
        return byPath.values().stream().filter(w -> w.role().learned());
    }

    /** Number of learned values. */
    public long learnedCount() {
        return learned().mapToLong(w -> w.array().size()).sum();
    }

    /** A copy of all values by path. */
    public Map<String, Tensor> toTensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        byPath.forEach((path, weight) -> tensors.put(path, toTensor(weight.array())));
        return tensors;
    }

    /**
     * Overwrites all values.
     *
     * @throws IllegalArgumentException if a weight is missing, unknown or of another shape; nothing is changed then
     */
    public void load(Map<String, Tensor> tensors) {
        byPath.forEach((path, weight) -> {
            Tensor tensor = tensors.get(path);
            if (tensor == null) {
                throw new IllegalArgumentException("the weights lack " + path + ": they belong to another network");
            }
            if (!Arrays.equals(tensor.shape(), weight.array().getShape().getShape())) {
                throw new IllegalArgumentException("the weights hold " + path + " with shape "
                        + Arrays.toString(tensor.shape()) + " where the network has "
                        + weight.array().getShape() + ": they belong to a network of another size");
            }
        });
        if (tensors.size() != byPath.size()) {
            String surplus = tensors.keySet().stream()
                    .filter(path -> !byPath.containsKey(path))
                    .findFirst()
                    .orElse("?");
            throw new IllegalArgumentException(
                    "the network has no weight " + surplus + ": these belong to another one");
        }
        byPath.forEach((path, weight) -> {
            Tensor tensor = tensors.get(path);
            if (tensor != null) {
                overwrite(weight.array(), tensor);
            }
        });
    }

    /** SHA-256 over the specification and each weight's path, role and shape; not over the values. */
    public String digest(NetworkSpec spec) {
        StringBuilder text = new StringBuilder(spec.toJson());
        byPath.forEach((path, weight) -> text.append('\n')
                .append(path)
                .append(' ')
                .append(weight.role())
                .append(' ')
                .append(weight.array().getShape()));
        return Sha256.hex(text.toString());
    }

    /** Copies an array's values out, as little-endian float32. */
    public static Tensor toTensor(NDArray array) {
        float[] values = array.toFloatArray();
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return new Tensor(Tensor.Type.F32, array.getShape().getShape(), bytes.array());
    }

    /** Overwrites an array in place, so that layers that hold it see the new values. */
    public static void overwrite(NDArray array, Tensor tensor) {
        boolean recording = JniUtils.isGradMode();
        JniUtils.setGradMode(false);
        // Setting from a buffer would do, but has the engine warn on standard error of its own use of its own API.
        try (NDArray values = array.getManager().create(tensor.floats(), array.getShape())) {
            array.set(new NDIndex(":"), values);
        } finally {
            JniUtils.setGradMode(recording);
        }
    }

    private static long stableHash(String path) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < path.length(); i++) {
            hash = (hash ^ path.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }
}
