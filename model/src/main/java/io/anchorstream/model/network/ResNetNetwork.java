package io.anchorstream.model.network;

import java.util.ArrayList;
import java.util.List;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import io.anchorstream.model.network.Layers.Conv;
import io.anchorstream.model.network.Layers.Dense;
import io.anchorstream.model.network.Layers.Norm;
import org.jspecify.annotations.Nullable;

/**
 * A small residual network from scratch: conv 3x3 stride 2 to {@code width}, then basic blocks of {@code width}, 2, 4
 * and 8 times it, each but the first with stride 2, flattened into one linear layer. The yardstick of speed.
 */
final class ResNetNetwork implements Network {
    static final String KIND = "resnet";
    static final List<NetworkOption> OPTIONS = List.of(
            new NetworkOption("input", "48", "edge in pixels the picture is resampled to"),
            new NetworkOption("width", "16", "channels of the first block; the last has 8 times as many"),
            new NetworkOption("blocks", "1", "basic blocks for each of the four widths"));

    private final NetworkSpec spec;
    private final NDManager manager;
    private final Weights weights;
    private final PictureSampler input;
    private final Conv entry;
    private final Norm entryNorm;
    private final List<Block> blocks = new ArrayList<>();
    private final Dense exit;

    ResNetNetwork(NetworkSpec spec, NDManager parent, long seed) {
        this.spec = spec;
        NetworkOptions options = new NetworkOptions(spec);
        int inputSize = options.integer("input", 16, 512);
        int width = options.integer("width", 4, 256);
        int perWidth = options.integer("blocks", 1, 8);
        input = new PictureSampler(inputSize);
        manager = parent.newSubManager();
        weights = new Weights(manager, seed);
        entry = Conv.declare(weights, "entry.conv", 3, width, 3, 2, false);
        entryNorm = Norm.declare(weights, "entry.norm", width);
        int channels = width;
        int edge = (inputSize + 1) / 2;
        for (int stage = 0; stage < 4; stage++) {
            int out = width << stage;
            for (int i = 0; i < perWidth; i++) {
                int stride = stage > 0 && i == 0 ? 2 : 1;
                blocks.add(Block.declare(weights, "stage" + stage + ".block" + i, channels, out, stride));
                edge = (edge + stride - 1) / stride;
                channels = out;
            }
        }
        exit = Dense.declare(weights, "exit", channels * edge * edge, spec.dimension(), true, false);
    }

    @Override
    public NDArray forward(NDArray images, boolean training) {
        NDArray x = Activation.relu(entryNorm.apply(entry.apply(images.sub(0.5f)), training));
        for (Block block : blocks) {
            x = block.apply(x, training);
        }
        Shape shape = x.getShape();
        return exit.apply(x.reshape(shape.get(0), shape.size() / shape.get(0)));
    }

    /** Two 3x3 convolutions around which the input is added, through a 1x1 convolution where the shape changes. */
    record Block(
            Conv first,
            Norm firstNorm,
            Conv second,
            Norm secondNorm,
            @Nullable Conv skip,
            @Nullable Norm skipNorm) {
        static Block declare(Weights weights, String path, int in, int out, int stride) {
            boolean changes = in != out || stride != 1;
            return new Block(
                    Conv.declare(weights, path + ".conv1", in, out, 3, stride, false),
                    Norm.declare(weights, path + ".norm1", out),
                    Conv.declare(weights, path + ".conv2", out, out, 3, 1, false),
                    Norm.declare(weights, path + ".norm2", out),
                    changes ? Conv.declare(weights, path + ".skip", in, out, 1, stride, false) : null,
                    changes ? Norm.declare(weights, path + ".skipNorm", out) : null);
        }

        NDArray apply(NDArray x, boolean training) {
            NDArray y = Activation.relu(firstNorm.apply(first.apply(x), training));
            y = secondNorm.apply(second.apply(y), training);
            NDArray around = skip == null || skipNorm == null ? x : skipNorm.apply(skip.apply(x), training);
            return Activation.relu(y.add(around));
        }
    }

    @Override
    public NetworkSpec spec() {
        return spec;
    }

    @Override
    public Weights weights() {
        return weights;
    }

    @Override
    public PictureInput input() {
        return input;
    }

    @Override
    public void close() {
        manager.close();
    }
}
