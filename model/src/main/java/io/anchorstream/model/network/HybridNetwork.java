package io.anchorstream.model.network;

import java.util.List;
import java.util.Optional;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.pytorch.jni.JniUtils;
import io.anchorstream.model.loss.FeatureHead;
import io.anchorstream.model.loss.FloatMatrix;
import io.anchorstream.model.network.Layers.ConvNorm;
import io.anchorstream.model.network.Layers.Dense;
import io.anchorstream.model.network.Layers.Scale;

/**
 * The default network: a fixed stem, projected so that its distances stay, plus learned convolutions that enter through
 * a last layer of zeros. Untrained it is as good as the stem; training can only add to it.
 */
final class HybridNetwork implements Network {
    static final String KIND = "hybrid";
    static final List<NetworkOption> OPTIONS = List.of(
            new NetworkOption("input", "48", "edge in pixels the picture is resampled to; a multiple of 4"),
            new NetworkOption(
                    "width", "32", "channels of the learned convolutions; later ones have 2 and 3 times as many"),
            new NetworkOption("hidden", "256", "units of the learned layer over the whole stem"),
            new NetworkOption("gain", "1", "size of the learned features beside the stem: how fast they may take over"),
            new NetworkOption("colour", "0.3", "weight of the thumbnail beside the oriented gradients, 0 to 10"));
    /** Pixels along the edge of a stem cell; the learned path reduces the picture by the same factor. */
    private static final int CELL = 4;
    /** Stem cells along the edge of a cell of the features that the computed metric compares. */
    private static final int COARSE = 2;

    /** The same for the features that say roughly where something is. */
    private static final int COARSEST = 4;

    private final NetworkSpec spec;
    private final NDManager manager;
    private final Weights weights;
    private final PictureSampler input;
    private final int cells;
    private final HybridStem stem;
    private final NDArray projection;
    private final ConvNorm fromImage;
    private final ConvNorm toFine;
    private final ConvNorm mix;
    private final ConvNorm reduce;
    private final ConvNorm last;
    private final Dense hidden;
    private final Dense exit;
    private final MetricPath metric;
    private FloatMatrix seen = FloatMatrix.zeros(0, 0);
    private Optional<FeatureHead> head = Optional.empty();
    private final float colourWeight;
    private final Scale deepScale;
    private final Scale wideScale;

    HybridNetwork(NetworkSpec spec, NDManager parent, long seed) {
        this.spec = spec;
        NetworkOptions options = new NetworkOptions(spec);
        int inputSize = options.integer("input", 24, 384);
        int width = options.integer("width", 4, 256);
        int units = options.integer("hidden", 1, 4096);
        colourWeight = (float) options.number("colour", 0, 10);
        double gain = options.number("gain", 0.001, 1000);
        input = new PictureSampler(inputSize);
        manager = parent.newSubManager();
        weights = new Weights(manager, seed);
        if (inputSize % CELL != 0) {
            throw new IllegalArgumentException(
                    "option 'input' of the network 'hybrid' must be a multiple of " + CELL + ", not " + inputSize);
        }
        cells = inputSize / CELL;
        stem = new HybridStem(manager, inputSize, cells);
        int stemLength = (HybridStem.ORIENTATIONS + 3) * cells * cells;
        if (spec.dimension() > stemLength) {
            throw new IllegalArgumentException("a stem of " + stemLength + " values cannot fill " + spec.dimension()
                    + " dimensions; choose a larger 'input' or a smaller embedding dimension");
        }
        int colours = Math.max(spec.dimension() / 8, spec.dimension() - HybridStem.ORIENTATIONS * cells * cells);
        projection = weights.adopt(
                "projection",
                WeightRole.FIXED,
                manager.create(project(spec.dimension(), colours), new Shape(spec.dimension(), stemLength)));
        fromImage = ConvNorm.declare(weights, "image.conv1", "image.norm1", 3, width / 2, 3, 2);
        toFine = ConvNorm.declare(weights, "image.conv2", "image.norm2", width / 2, width, 3, 2);
        mix = ConvNorm.declare(
                weights, "maps.conv1", "maps.norm1", width + HybridStem.ORIENTATIONS + 3, 2 * width, 3, 1);
        reduce = ConvNorm.declare(weights, "maps.conv2", "maps.norm2", 2 * width, 3 * width, 3, 2);
        last = ConvNorm.declare(weights, "maps.conv3", "maps.norm3", 3 * width, 4 * width, 3, 2);
        hidden = Dense.declare(weights, "stem.hidden", stemLength, units, true, false);
        int edge = (cells + 3) / 4;
        int deep = 4 * width * edge * edge;
        deepScale = Scale.by(manager, gain / Math.sqrt(deep));
        wideScale = Scale.by(manager, gain / Math.sqrt(units));
        exit = Dense.declare(weights, "exit", deep + units + stemLength, spec.dimension(), false, true);
        int coarse = cells / COARSE;
        int coarsest = cells / COARSEST;
        int places = coarse * coarse + coarsest * coarsest;
        metric = MetricPath.declare(
                weights,
                spec.dimension(),
                (HybridStem.ORIENTATIONS + 3) * places + HybridStem.COLOURS + spec.dimension());
    }

    private float[] project(int dimension, int colours) {
        int shapes = HybridStem.ORIENTATIONS * cells * cells;
        int length = shapes + 3 * cells * cells;
        float[] matrix = new float[dimension * length];
        float[][] shape = CosineBasis.rows(HybridStem.ORIENTATIONS, cells, true, dimension - colours);
        float[][] colour = CosineBasis.rows(3, cells, false, colours);
        for (int r = 0; r < shape.length; r++) {
            System.arraycopy(shape[r], 0, matrix, r * length, shapes);
        }
        for (int r = 0; r < colour.length; r++) {
            System.arraycopy(colour[r], 0, matrix, (shape.length + r) * length + shapes, colour[r].length);
        }
        return matrix;
    }

    @Override
    public NDArray forward(NDArray images, boolean training) {
        boolean recording = JniUtils.isGradMode();
        NDArray maps;
        NDArray flat;
        NDArray base;
        JniUtils.setGradMode(false);
        try {
            NDArray shape = unit(stem.normalised(stem.orientedCells(images)));
            NDArray colour = unit(stem.thumbnail(images)).mul(colourWeight);
            maps = HybridStem.join(shape, colour);
            flat = flatten(maps);
            NDArray projected = new Dense(projection, null).apply(flat);
            NDArray fixed = HybridStem.join(
                    flatten(HybridStem.smoothed(maps)),
                    flatten(HybridStem.pooled(maps, COARSEST)),
                    HybridStem.colours(images),
                    projected);
            if (training) {
                seen = new FloatMatrix(
                        (int) fixed.getShape().get(0), (int) fixed.getShape().get(1), fixed.toFloatArray());
            }
            base = metric.apply(fixed, projected);
        } finally {
            JniUtils.setGradMode(recording);
        }
        NDArray x = Activation.relu(fromImage.apply(images.sub(0.5f), training));
        x = Activation.relu(toFine.apply(x, training));
        x = HybridStem.join(x, maps.mul(cells));
        x = Activation.relu(mix.apply(x, training));
        x = Activation.relu(reduce.apply(x, training));
        x = Activation.relu(last.apply(x, training));
        NDArray wide = Activation.relu(hidden.apply(flat.mul(cells)));
        NDArray features = HybridStem.join(deepScale.apply(flatten(x)), wideScale.apply(wide), flat);
        if (training) {
            head = Optional.of(new LastLayer(Optional.of(base), features, exit));
        }
        return base.add(exit.apply(features));
    }

    @Override
    public String script(Script script, String whole) {
        String pictures = script.resampled(whole, cells * CELL);
        String shape = unit(script, stem.normalised(script, stem.orientedCells(script, pictures)));
        String colour = script.call("mul", unit(script, stem.thumbnail(script, pictures)), colourWeight);
        String maps = script.join(shape, colour);
        String flat = script.flatten(maps);
        String projected = new Dense(projection, null).script(script, flat);
        String fixed = script.join(
                script.flatten(HybridStem.smoothed(script, maps)),
                script.flatten(script.pooled(maps, COARSEST)),
                stem.colours(script, pictures),
                projected);
        String base = metric.script(script, fixed, projected);
        String x = script.call("relu", fromImage.script(script, script.call("sub", pictures, 0.5f)));
        x = script.call("relu", toFine.script(script, x));
        x = script.join(x, script.call("mul", maps, cells));
        x = script.call("relu", mix.script(script, x));
        x = script.call("relu", reduce.script(script, x));
        x = script.call("relu", last.script(script, x));
        String wide = script.call("relu", hidden.script(script, script.call("mul", flat, cells)));
        String learned = exit.script(
                script, script.join(deepScale.script(script, script.flatten(x)), wideScale.script(script, wide), flat));
        return script.call("add", base, learned);
    }

    private static String unit(Script script, String maps) {
        String squares = script.call("sum", script.call("mul", maps, maps), "[1, 2, 3]", true);
        return script.call("div", maps, script.call("sqrt", script.call("add", squares, 1e-8f)));
    }

    private static NDArray flatten(NDArray x) {
        long rows = x.getShape().get(0);
        return x.reshape(rows, x.getShape().size() / rows);
    }

    private static NDArray unit(NDArray maps) {
        NDArray flat = flatten(maps);
        NDArray norm = flat.square().sum(new int[] {1}, true).add(1e-8f).sqrt();
        return flat.div(norm).reshape(maps.getShape());
    }

    @Override
    public Optional<MetricPath> metric() {
        return Optional.of(metric);
    }

    @Override
    public FloatMatrix features() {
        return seen;
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
