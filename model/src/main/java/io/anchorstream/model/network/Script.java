package io.anchorstream.model.network;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import ai.djl.ndarray.NDArray;
import io.anchorstream.model.checkpoint.Tensor;

/**
 * A network's forward pass written down as TorchScript text, one operation a line. The engine cannot trace what Java
 * calls, so that each layer says in which words PyTorch would do the same. Not thread-safe.
 */
public final class Script {
    public static final String MODULE = "backbone";

    private final StringBuilder lines = new StringBuilder();
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private Optional<ScriptedModule> module = Optional.empty();
    private int variables;

    /** Writes a line and returns the name of its result. */
    String let(String expression) {
        String name = "v" + variables++;
        lines.append("    ").append(name).append(" = ").append(expression).append('\n');
        return name;
    }

    /** Writes a call of a PyTorch function and returns the name of its result. */
    String call(String function, Object... arguments) {
        StringBuilder text = new StringBuilder("torch.").append(function).append('(');
        for (int i = 0; i < arguments.length; i++) {
            text.append(i == 0 ? "" : ", ").append(literal(arguments[i]));
        }
        return let(text.append(')').toString());
    }

    private static String literal(Object argument) {
        if (argument instanceof Boolean flag) {
            return flag ? "True" : "False";
        }
        if (!(argument instanceof String || argument instanceof Number)) {
            throw new IllegalArgumentException("a script holds names and numbers, not " + argument);
        }
        // As the engine sees a float: widened, not read from its shortest decimal.
        return argument instanceof Float number ? Double.toString(number.doubleValue()) : argument.toString();
    }

    /** Two equal sizes, for height and width. */
    static String pair(long size) {
        return String.format(Locale.ROOT, "[%d, %d]", size, size);
    }

    /** Joins along the channels or features. */
    String join(String... parts) {
        return call("cat", "[" + String.join(", ", parts) + "]", 1);
    }

    /** {@code N x ... → N x F}. */
    String flatten(String x) {
        return call("flatten", x, 1, -1);
    }

    /** Means over squares of {@code size}, as {@code Pool.avgPool2d} without padding. */
    String pooled(String x, long size) {
        return call("avg_pool2d", x, pair(size), pair(size), "[0, 0]", false, true);
    }

    /** Takes an array of the network along, by the name that it was declared with. */
    String weight(NDArray array) {
        return constant(array.getName(), Weights.toTensor(array));
    }

    /** Takes values along under a name of their own. */
    public String constant(String path, Tensor values) {
        String name = path.replace('.', '_');
        tensors.put(name, values);
        return "self." + name;
    }

    /** Takes a module along, one at most, and writes a call of it: {@code N x 3 x S x S → } what it makes. */
    String apply(ScriptedModule taken, String pictures) {
        module = Optional.of(taken);
        return let("(self." + MODULE + ").forward(" + pictures + ", )");
    }

    /** Writes a matrix product and returns the name of its result. */
    public String product(String rows, String matrix) {
        return call("matmul", rows, matrix);
    }

    /** Brings each row to unit length. */
    public String unit(String rows) {
        String length = call("sqrt", call("sum", call("mul", rows, rows), "[1]", true));
        return call("div", rows, call("clamp_min", length, 1e-12f));
    }

    /** Brings pictures of any size to this edge, between pixels as {@code PictureSampler} does. */
    String resampled(String pictures, int edge) {
        return call("upsample_bilinear2d", pictures, pair(edge), false, "None", "None");
    }

    /** The lines, indented as the body of a method. */
    public String body() {
        return lines.toString();
    }

    /** What the lines refer to as {@link #MODULE} of {@code self}. */
    public Optional<ScriptedModule> module() {
        return module;
    }

    /** What the lines refer to as attributes of {@code self}. */
    public Map<String, Tensor> tensors() {
        return tensors;
    }
}
