package io.anchorstream.model.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.anchorstream.model.loss.FeatureHead;
import io.anchorstream.model.network.Layers.ConvNorm;
import io.anchorstream.model.network.Layers.Dense;
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
    private final ConvNorm entry;
    private final List<Block> blocks = new ArrayList<>();
    private final Dense exit;
    private Optional<FeatureHead> head = Optional.empty();

    ResNetNetwork(NetworkSpec spec, NDManager parent, long seed) {
        this.spec = spec;
        NetworkOptions options = new NetworkOptions(spec);
        int inputSize = options.integer("input", 16, 512);
        int width = options.integer("width", 4, 256);
        int perWidth = options.integer("blocks", 1, 8);
        input = new PictureSampler(inputSize);
        manager = parent.newSubManager();
        weights = new Weights(manager, seed);
        entry = ConvNorm.declare(weights, "entry.conv", "entry.norm", 3, width, 3, 2);
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
        NDArray x;
        try (NDArray pixels = channelsLast(images)) {
            x = Layers.relu(entry.apply(pixels, training));
        }
        for (Block block : blocks) {
            try (NDArray y = x) {
                x = block.apply(y, training);
            }
        }
        Shape shape = x.getShape();
        NDArray features;
        try (NDArray maps = x) {
            features = maps.reshape(shape.get(0), shape.size() / shape.get(0));
        }
        if (training) {
            head = Optional.of(new LastLayer(Optional.empty(), features, exit));
        }
        return exit.apply(features);
    }

    /**
     * Pictures around 0, with the numbers of a pixel side by side in memory. Layers keep that order, in which the engine's
     * convolutions and normalisations need no copies of their own.
     */
    private static NDArray channelsLast(NDArray images) {
        Shape shape = images.getShape();
        try (NDArray centred = images.sub(0.5f);
                NDArray pixels = centred.transpose(0, 2, 3, 1);
                NDArray row = pixels.reshape(shape.size());
                NDArray copy = row.reshape(pixels.getShape())) {
            return copy.transpose(0, 3, 1, 2);
        }
    }

    @Override
    public String script(Script script, String pictures) {
        String resampled = script.resampled(pictures, (int) input.shape(1).get(2));
        String x = script.call("relu", entry.script(script, script.call("sub", resampled, 0.5f)));
        for (Block block : blocks) {
            x = block.script(script, x);
        }
        return exit.script(script, script.flatten(x));
    }

    /** Two 3x3 convolutions around which the input is added, through a 1x1 convolution where the shape changes. */
    record Block(ConvNorm first, ConvNorm second, @Nullable ConvNorm skip) {
        static Block declare(Weights weights, String path, int in, int out, int stride) {
            boolean changes = in != out || stride != 1;
            return new Block(
                    ConvNorm.declare(weights, path + ".conv1", path + ".norm1", in, out, 3, stride),
                    ConvNorm.declare(weights, path + ".conv2", path + ".norm2", out, out, 3, 1),
                    changes ? ConvNorm.declare(weights, path + ".skip", path + ".skipNorm", in, out, 1, stride) : null);
        }

        NDArray apply(NDArray x, boolean training) {
            try (NDArray y = Layers.relu(first.apply(x, training));
                    NDArray z = second.apply(y, training)) {
                if (skip == null) {
                    return Layers.relu(z.add(x));
                }
                try (NDArray around = skip.apply(x, training)) {
                    return Layers.relu(z.add(around));
                }
            }
        }

        String script(Script script, String x) {
            String y = script.call("relu", first.script(script, x));
            String around = skip == null ? x : skip.script(script, x);
            return script.call("relu", script.call("add", second.script(script, y), around));
        }
    }

    @Override
    public FeatureHead head() {
        return head.orElseThrow();
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
