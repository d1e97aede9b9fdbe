package io.anchorstream.model.network;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import io.anchorstream.model.checkpoint.Sha256;
import io.anchorstream.model.checkpoint.Tensor;
import io.anchorstream.model.loss.FeatureHead;
import io.anchorstream.model.loss.FloatMatrix;
import io.anchorstream.model.network.Layers.Dense;
import io.anchorstream.model.network.Layers.Scale;

/**
 * A residual head over a frozen TorchScript backbone of the user's: standardised features, a fixed projection of them,
 * and learned layers that enter through zeros. The module itself travels with the weights, so that embedders need no
 * file.
 */
final class TorchScriptNetwork implements Network {
    static final String KIND = "torchscript";
    static final List<NetworkOption> OPTIONS = List.of(
            new NetworkOption("file", "", "the module, saved by torch.jit.save; takes N x 3 x input x input in 0..1"),
            new NetworkOption("input", "224", "edge in pixels the module takes"),
            new NetworkOption("hidden", "256", "units of the learned layer"),
            new NetworkOption("gain", "1", "size of the learned features beside the fixed projection"),
            new NetworkOption("histogram", "1", "weight of a colour histogram beside the features; 0 = none"),
            new NetworkOption("cache", "20000", "pictures whose features are kept"),
            new NetworkOption("sha256", "", "digest of the module; filled in from the file"),
            new NetworkOption("features", "0", "values the module makes for a picture; filled in from the file"));
    private static final String MODULE = "backbone.torchscript";

    private final NetworkSpec spec;
    private final NDManager manager;
    private final Weights weights;
    private final Map<String, Tensor> attachments;
    private final TorchScriptBackbone backbone;
    private final int features;
    private final float colour;
    private final Scale wideScale;
    private final Standardisation standard;
    private final NDArray projection;
    private final Dense hidden;
    private final Dense exit;
    private final MetricPath metric;
    private FloatMatrix seen = FloatMatrix.zeros(0, 0);
    private Optional<FeatureHead> head = Optional.empty();

    /** Reads the file and writes what it is into the options; its place on this machine stays out of them. */
    static NetworkPlan plan(NetworkSpec asked, NDManager manager) {
        NetworkOptions options = new NetworkOptions(asked);
        Path file = Path.of(options.text("file"));
        byte[] script;
        try {
            script = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "option 'file' of the network 'torchscript' names '" + file + "', which cannot be read", e);
        }
        Map<String, String> known = new HashMap<>(asked.options());
        known.put("file", String.valueOf(file.getFileName()));
        known.put("sha256", Sha256.hex(script));
        known.put(
                "features",
                Integer.toString(TorchScriptBackbone.measure(manager, script, options.integer("input", 8, 1024))));
        return new NetworkPlan(
                new NetworkSpec(KIND, known, asked.imageSize(), asked.dimension()), Map.of(MODULE, Tensor.of(script)));
    }

    TorchScriptNetwork(NetworkPlan plan, NDManager parent, long seed, BackboneFeatures known) {
        spec = plan.spec();
        attachments = plan.attachments();
        NetworkOptions options = new NetworkOptions(spec);
        Tensor script = attachments.get(MODULE);
        if (script == null || !Sha256.hex(script.data()).equals(options.text("sha256"))) {
            throw new IllegalArgumentException("the TorchScript module with SHA-256 " + options.text("sha256")
                    + (script == null ? " is missing" : " is not the one that came with the weights"));
        }
        features = options.integer("features", 1, 1 << 20);
        colour = (float) options.number("histogram", 0, 10);
        int units = options.integer("hidden", 1, 4096);
        manager = parent.newSubManager();
        wideScale = Scale.by(manager, options.number("gain", 0.001, 1000) / Math.sqrt(units));
        backbone = new TorchScriptBackbone(
                manager,
                script.data(),
                options.integer("input", 8, 1024),
                features,
                colour > 0,
                known.of(
                        options.text("sha256") + (colour > 0 ? "" : "/plain"),
                        options.integer("input", 8, 1024),
                        options.integer("cache", 1, 100_000_000)));
        weights = new Weights(manager, seed);
        standard = Standardisation.declare(weights, "standard", features);
        int length = backbone.length();
        projection = weights.gaussian("projection", new Shape(spec.dimension(), length));
        hidden = Dense.declare(weights, "hidden", length, units, true, false);
        exit = Dense.declare(weights, "exit", units + length, spec.dimension(), false, true);
        metric = MetricPath.declare(weights, spec.dimension(), length);
    }

    /** Standardises by pictures of nothing in particular until the first batch shows what the real ones are like. */
    @Override
    public void begin() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(DeadLeaves.PICTURES * backbone.length() * Float.BYTES)
                .order(ByteOrder.nativeOrder());
        for (int i = 0; i < DeadLeaves.PICTURES; i++) {
            backbone.whole(DeadLeaves.picture(spec.imageSize(), i), buffer.asFloatBuffer(), i * backbone.length());
        }
        try (NDManager scope = manager.newSubManager()) {
            NDArray rows = scope.create(buffer, backbone.shape(DeadLeaves.PICTURES), DataType.FLOAT32);
            standard.guess(rows.get(":, :" + features));
        }
    }

    @Override
    public NDArray forward(NDArray rows, boolean training) {
        NDArray raw = rows.get(":, :" + features);
        if (training) {
            standard.learn(raw);
            seen = new FloatMatrix((int) rows.getShape().get(0), backbone.length(), rows.toFloatArray());
        }
        NDArray x = standard.apply(raw).div((float) Math.sqrt(features));
        if (colour > 0) {
            x = HybridStem.join(x, rows.get(":, " + features + ":").mul(colour));
        }
        NDArray wide = Activation.relu(hidden.apply(x.mul((float) Math.sqrt(backbone.length()))));
        NDArray base = metric.apply(rows, new Dense(projection, null).apply(x));
        NDArray entering = HybridStem.join(wideScale.apply(wide), x);
        if (training) {
            head = Optional.of(new LastLayer(Optional.of(base), entering, exit));
        }
        return base.add(exit.apply(entering));
    }

    @Override
    public String script(Script script, String whole) {
        Tensor file = Objects.requireNonNull(attachments.get(MODULE)); // or there would be no network
        String raw = script.flatten(script.apply(
                ScriptedModule.read(file.data()),
                script.resampled(whole, new NetworkOptions(spec).integer("input", 8, 1024))));
        String x = script.call("div", standard.script(script, raw), (float) Math.sqrt(features));
        String rows = raw;
        if (colour > 0) {
            String colours = TorchScriptBackbone.histogram(script, whole);
            rows = script.join(raw, colours);
            x = script.join(x, script.call("mul", colours, colour));
        }
        String widened = script.call("mul", x, (float) Math.sqrt(backbone.length()));
        String wide = script.call("relu", hidden.script(script, widened));
        String base = metric.script(script, rows, new Dense(projection, null).script(script, x));
        String learned = exit.script(script, script.join(wideScale.script(script, wide), x));
        return script.call("add", base, learned);
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
        return backbone;
    }

    @Override
    public Map<String, Tensor> attachments() {
        return attachments;
    }

    @Override
    public void close() {
        manager.close();
    }
}
