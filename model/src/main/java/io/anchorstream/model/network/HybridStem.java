package io.anchorstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.pooling.Pool;

/**
 * The fixed part of the hybrid network: what histograms of oriented gradients (Dalal and Triggs, CVPR 2005), a
 * thumbnail and a colour histogram see, as convolutions and pooling. Nothing here learns, so it runs without recording
 * gradients.
 */
final class HybridStem {
    static final int ORIENTATIONS = 8;
    /** Levels of each colour channel in the histogram. */
    private static final int LEVELS = 4;

    static final int COLOURS = LEVELS * LEVELS * LEVELS;
    private static final float TINY = 1e-4f;

    private static final int HARMONICS = 5;
    private static final NDIndex RED = new NDIndex(":, 0:1");
    private static final NDIndex GREEN = new NDIndex(":, 1:2");
    private static final NDIndex BLUE = new NDIndex(":, 2:3");

    private final NDArray harmonics;
    private final int cell;
    private final int cells;

    HybridStem(NDManager manager, int inputSize, int cells) {
        if (inputSize % cells != 0) {
            throw new IllegalArgumentException(
                    "the input size must be a multiple of the number of cells, not " + inputSize + " over " + cells);
        }
        cell = inputSize / cells;
        this.cells = cells;
        harmonics = manager.create(harmonics(), new Shape(ORIENTATIONS, HARMONICS, 1, 1));
    }

    /** {@code cos^4 x = 3/8 + cos(2x)/2 + cos(4x)/8} with x the angle to each orientation. */
    private static float[] harmonics() {
        float[] all = new float[ORIENTATIONS * HARMONICS];
        for (int k = 0; k < ORIENTATIONS; k++) {
            double angle = Math.PI * k / ORIENTATIONS;
            all[k * HARMONICS] = 3 / 8f;
            all[k * HARMONICS + 1] = (float) (Math.cos(2 * angle) / 2);
            all[k * HARMONICS + 2] = (float) (Math.sin(2 * angle) / 2);
            all[k * HARMONICS + 3] = (float) (Math.cos(4 * angle) / 8);
            all[k * HARMONICS + 4] = (float) (Math.sin(4 * angle) / 4); // the map is half a sine
        }
        return all;
    }

    /**
     * {@code float[N][3][S][S] → float[N][ORIENTATIONS][cells][cells]}: gradient magnitude by unsigned orientation.
     * {@code cos^4} spreads each pixel over about two neighbouring bins. It is a sum of three harmonics of twice the
     * angle, so that five maps are made and pooled at full resolution, and the orientations only of the cells.
     */
    NDArray orientedCells(NDArray images) {
        NDArray luma = images.get(RED).mul(0.299f);
        luma.addi(images.get(GREEN).mul(0.587f)).addi(images.get(BLUE).mul(0.114f));
        NDArray dx = difference(luma, 3);
        NDArray dy = difference(luma, 2);
        NDArray xx = dx.square();
        NDArray yy = dy.square();
        NDArray even = xx.sub(yy);
        NDArray odd = dx.muli(dy).muli(2);
        NDArray energy = xx.addi(yy);
        NDArray floor = energy.add(TINY);
        NDArray weight = floor.sqrt().muli(floor); // per magnitude: energy squared over it is the gradient's length
        NDArray first = energy.div(weight);
        NDArray cos2 = first.mul(even);
        NDArray sin2 = first.mul(odd);
        first.muli(energy);
        NDArray sin4 = even.mul(odd).divi(weight);
        NDArray cos4 = even.square().subi(odd.square()).divi(weight);
        NDArray waves = join(first, cos2, sin2, cos4, sin4);
        NDArray cells =
                Pool.avgPool2d(waves, new Shape(cell, cell), new Shape(cell, cell), new Shape(0, 0), false, true);
        return conv(cells, harmonics, 0);
    }

    /**
     * Central differences along an axis, with black beyond the border. Slices, since a convolution with one output
     * channel takes the engine ten times as long.
     */
    private static NDArray difference(NDArray luma, int axis) {
        long size = luma.getShape().get(axis);
        long[] edge = luma.getShape().getShape().clone();
        edge[axis] = 1;
        NDArray black = luma.getManager().zeros(new Shape(edge));
        NDArray padded = NDArrays.concat(new NDList(black, luma, black), axis);
        return padded.get(slice(axis, 2, size + 2)).sub(padded.get(slice(axis, 0, size)));
    }

    private static NDIndex slice(int axis, long from, long to) {
        return new NDIndex().addAllDim(axis).addSliceDim(from, to);
    }

    /** The words for {@link #orientedCells}. */
    String orientedCells(Script script, String images) {
        String luma = script.call("mul", plane(script, images, 0), 0.299f);
        luma = script.call("add", luma, script.call("mul", plane(script, images, 1), 0.587f));
        luma = script.call("add", luma, script.call("mul", plane(script, images, 2), 0.114f));
        String dx = difference(script, luma, 3);
        String dy = difference(script, luma, 2);
        String xx = script.call("mul", dx, dx);
        String yy = script.call("mul", dy, dy);
        String even = script.call("sub", xx, yy);
        String odd = script.call("mul", script.call("mul", dx, dy), 2f);
        String energy = script.call("add", xx, yy);
        String floor = script.call("add", energy, TINY);
        String weight = script.call("mul", script.call("sqrt", floor), floor);
        String ratio = script.call("div", energy, weight);
        String sin4 = script.call("div", script.call("mul", even, odd), weight);
        String squares = script.call("sub", script.call("mul", even, even), script.call("mul", odd, odd));
        String waves = script.join(
                script.call("mul", ratio, energy),
                script.call("mul", ratio, even),
                script.call("mul", ratio, odd),
                script.call("div", squares, weight),
                sin4);
        String kernel = script.constant("stem.harmonics", Weights.toTensor(harmonics));
        return script.call("conv2d", script.pooled(waves, cell), kernel, "None", "[1, 1]", "[0, 0]", "[1, 1]", 1);
    }

    private static String plane(Script script, String images, int channel) {
        return script.call("slice", images, 1, channel, channel + 1, 1);
    }

    private String difference(Script script, String luma, int axis) {
        long size = (long) cell * cells;
        String padded = script.call("constant_pad_nd", luma, axis == 3 ? "[1, 1]" : "[0, 0, 1, 1]", 0);
        return script.call(
                "sub",
                script.call("slice", padded, axis, 2, size + 2, 1),
                script.call("slice", padded, axis, 0, size, 1));
    }

    /** The words for {@link #normalised}. */
    String normalised(Script script, String oriented) {
        String energy = script.call("sum", script.call("mul", oriented, oriented), "[1]", true);
        // The engine under Java counts the padding whatever it is told; weights were learned with that.
        String block = script.call("avg_pool2d", energy, "[3, 3]", "[1, 1]", "[1, 1]", false, true);
        return script.call("div", oriented, script.call("sqrt", script.call("add", block, 1e-3f)));
    }

    /** The words for {@link #smoothed}; the engine counts the padding here too. */
    static String smoothed(Script script, String maps) {
        String wider = script.call("avg_pool2d", maps, "[2, 2]", "[1, 1]", "[1, 1]", false, true);
        return script.pooled(script.call("avg_pool2d", wider, "[2, 2]", "[1, 1]", "[0, 0]", false, true), 2);
    }

    /** The words for {@link #colours}. */
    String colours(Script script, String images) {
        long pixels = (long) cell * cells * cell * cells;
        String red = script.call("unsqueeze", levels(script, plane(script, images, 0), pixels), 2);
        String green = script.call("unsqueeze", levels(script, plane(script, images, 1), pixels), 1);
        String blue = script.call("transpose", levels(script, plane(script, images, 2), pixels), 1, 2);
        String both =
                script.call("reshape", script.call("mul", red, green), "[-1, " + LEVELS * LEVELS + ", " + pixels + "]");
        String counts = script.call("reshape", script.call("matmul", both, blue), "[-1, " + COLOURS + "]");
        return script.call("sqrt", script.call("div", counts, (float) pixels));
    }

    private static String levels(Script script, String channel, long pixels) {
        String flat =
                script.call("mul", script.call("reshape", channel, "[-1, 1, " + pixels + "]"), (float) (LEVELS - 1));
        String[] all = new String[LEVELS];
        for (int level = 0; level < LEVELS; level++) {
            String away = script.call("abs", script.call("sub", flat, (float) level));
            all[level] = script.call("clamp_min", script.call("add", script.call("mul", away, -1f), 1f), 0f);
        }
        return script.join(all);
    }

    /** The words for {@link #thumbnail}. */
    String thumbnail(Script script, String images) {
        return script.call("sub", script.pooled(images, cell), 0.5f);
    }

    /** Divides each cell by the norm of its 3x3 neighbourhood, which takes out contrast. */
    NDArray normalised(NDArray cells) {
        NDArray energy = cells.square().sum(new int[] {1}, true);
        NDArray block = Pool.avgPool2d(energy, new Shape(3, 3), new Shape(1, 1), new Shape(1, 1), false, false);
        return cells.div(block.add(1e-3f).sqrt());
    }

    private static NDArray conv(NDArray x, NDArray kernel, int pad) {
        return Conv2d.conv2d(x, kernel, null, new Shape(1, 1), new Shape(pad, pad), new Shape(1, 1))
                .singletonOrThrow();
    }

    /** {@code float[N][3][S][S] → float[N][3][cells][cells]}: mean colour of each cell, centred. */
    NDArray thumbnail(NDArray images) {
        return Pool.avgPool2d(images, new Shape(cell, cell), new Shape(cell, cell), new Shape(0, 0), false, true)
                .sub(0.5f);
    }

    /** Means over squares of cells; a last odd row or column is left out. */
    static NDArray pooled(NDArray maps, int by) {
        return Pool.avgPool2d(maps, new Shape(by, by), new Shape(by, by), new Shape(0, 0), false, true);
    }

    /** Means over squares of two cells that overlap their neighbours, weights 1 3 3 1: a small shift changes little. */
    static NDArray smoothed(NDArray maps) {
        Shape two = new Shape(2, 2);
        Shape one = new Shape(1, 1);
        NDArray wider = Pool.avgPool2d(maps, two, one, one, false, false);
        return pooled(Pool.avgPool2d(wider, two, one, new Shape(0, 0), false, false), 2);
    }

    /**
     * {@code float[N][3][S][S] → float[N][COLOURS]}: roots of the shares of four levels of red, green and blue together. A
     * pixel between two levels counts for both.
     */
    static NDArray colours(NDArray images) {
        long rows = images.getShape().get(0);
        long pixels = images.getShape().get(2) * images.getShape().get(3);
        NDArray red = levels(images.get(RED), rows, pixels).expandDims(2);
        NDArray green = levels(images.get(GREEN), rows, pixels).expandDims(1);
        NDArray blue = levels(images.get(BLUE), rows, pixels);
        NDArray both = red.mul(green).reshape(rows, LEVELS * LEVELS, pixels);
        return both.matMul(blue.transpose(0, 2, 1))
                .reshape(rows, COLOURS)
                .divi((float) pixels)
                .sqrt();
    }

    /** {@code float[N][LEVELS][P]}, which sum to 1 over the levels. */
    private static NDArray levels(NDArray channel, long rows, long pixels) {
        NDArray flat = channel.reshape(rows, 1, pixels).mul(LEVELS - 1);
        NDList all = new NDList();
        for (int level = 0; level < LEVELS; level++) {
            all.add(flat.sub(level).abs().mul(-1).add(1).maximum(0));
        }
        return NDArrays.concat(all, 1);
    }

    /** Joins maps along the channels. */
    static NDArray join(NDArray... maps) {
        return NDArrays.concat(new NDList(maps), 1).toType(DataType.FLOAT32, false);
    }
}
