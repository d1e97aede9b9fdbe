package io.anchorstream.model.network;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import com.github.benmanes.caffeine.cache.Cache;
import io.anchorstream.model.checkpoint.Sha256;
import io.anchorstream.model.evaluation.RawBaselines;
import io.anchorstream.model.image.CanonicalImage;

/**
 * A frozen TorchScript module as the input of a learned head: features of each picture, then its colour histogram.
 * Replayed pictures come from a bounded cache keyed by the picture's digest. Pictures go through one by one, so that
 * their features never depend on their company.
 */
final class TorchScriptBackbone implements PictureInput {
    private static final int LEVELS = 4;
    static final int COLOURS = LEVELS * LEVELS * LEVELS;

    private final NDManager manager;
    private final PtSymbolBlock module;
    private final PictureSampler sampler;
    private final int features;
    private final boolean histogram;
    private final Cache<String, float[]> cache;

    /**
     * @param features values the module makes for a picture
     * @param cache of this module at this input size
     * @throws IllegalArgumentException if the bytes are not a TorchScript module
     */
    TorchScriptBackbone(
            NDManager manager,
            byte[] script,
            int inputSize,
            int features,
            boolean histogram,
            Cache<String, float[]> cache) {
        this.manager = manager;
        this.module = load(manager, script);
        this.sampler = new PictureSampler(inputSize);
        this.features = features;
        this.histogram = histogram;
        this.cache = cache;
    }

    private static PtSymbolBlock load(NDManager manager, byte[] script) {
        try {
            PtSymbolBlock loaded =
                    JniUtils.loadModule((PtNDManager) manager, new ByteArrayInputStream(script), true, false);
            JniUtils.enableInferenceMode(loaded);
            return loaded;
        } catch (IOException | EngineException e) {
            throw new IllegalArgumentException(
                    "not a TorchScript module that this engine reads (save one with torch.jit.save): " + e.getMessage(),
                    e);
        }
    }

    /** Number of features the module makes for one picture of this size. */
    static int measure(NDManager manager, byte[] script, int inputSize) {
        boolean recording = JniUtils.isGradMode();
        JniUtils.setGradMode(false);
        try (NDManager scope = manager.newSubManager()) {
            NDArray blank = scope.zeros(new Shape(1, 3, inputSize, inputSize));
            return (int) run(load(scope, script), blank).size();
        } finally {
            JniUtils.setGradMode(recording);
        }
    }

    private static NDArray run(PtSymbolBlock module, NDArray input) {
        return module.forward(new ParameterStore(input.getManager(), false), new NDList(input), false)
                .get(0);
    }

    /** The words for the histogram of {@link #whole}: a pixel counts for one of four levels of each colour. */
    static String histogram(Script script, String pictures) {
        String whole = script.call("round", script.call("mul", pictures, 255f));
        String level = script.call("floor", script.call("div", whole, 256f / LEVELS));
        String red = script.call("unsqueeze", levels(script, level, 0), 2);
        String green = script.call("unsqueeze", levels(script, level, 1), 1);
        String blue = script.call("transpose", levels(script, level, 2), 1, 2);
        String both = script.call("flatten", script.call("mul", red, green), 1, 2);
        String counts = script.flatten(script.call("matmul", both, blue));
        return script.unit(script.call("sqrt", counts));
    }

    /** {@code N x LEVELS x P}: 1 at the level of a pixel's colour, 0 elsewhere. */
    private static String levels(Script script, String level, int channel) {
        String flat = script.call("flatten", script.call("slice", level, 1, channel, channel + 1, 1), 2, -1);
        String[] all = new String[LEVELS];
        for (int at = 0; at < LEVELS; at++) {
            String away = script.call("abs", script.call("sub", flat, (float) at));
            all[at] = script.call("clamp_min", script.call("add", script.call("mul", away, -1f), 1f), 0f);
        }
        return script.join(all);
    }

    @Override
    public int length() {
        return features + (histogram ? COLOURS : 0);
    }

    @Override
    public Shape shape(int rows) {
        return new Shape(rows, length());
    }

    @Override
    public void whole(CanonicalImage image, FloatBuffer out, int offset) {
        out.put(offset, cache.get(Sha256.hex(image.rgb()), unseen -> compute(image)));
    }

    private float[] compute(CanonicalImage image) {
        ByteBuffer buffer =
                ByteBuffer.allocateDirect(sampler.length() * Float.BYTES).order(ByteOrder.nativeOrder());
        sampler.whole(image, buffer.asFloatBuffer(), 0);
        float[] row = new float[length()];
        boolean recording = JniUtils.isGradMode();
        JniUtils.setGradMode(false);
        try (NDManager scope = manager.newSubManager()) {
            NDArray input = scope.create(buffer, sampler.shape(1), DataType.FLOAT32);
            float[] values;
            synchronized (module) {
                values = run(module, input).toFloatArray();
            }
            System.arraycopy(values, 0, row, 0, features);
        } finally {
            JniUtils.setGradMode(recording);
        }
        if (histogram) {
            System.arraycopy(RawBaselines.colourHistogram(List.of(image)).values(), 0, row, features, COLOURS);
        }
        return row;
    }
}
