package io.anchorstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
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
    private static final float TINY = 1e-4f;

    private final NDArray derivatives;
    private final NDArray directions;
    private final int cell;

    HybridStem(NDManager manager, int inputSize, int cells) {
        if (inputSize % cells != 0) {
            throw new IllegalArgumentException(
                    "the input size must be a multiple of the number of cells, not " + inputSize + " over " + cells);
        }
        cell = inputSize / cells;
        derivatives = manager.create(
                // Central differences of luma, two output channels over three colours.
                luma(new float[][] {{0, 0, 0, -1, 0, 1, 0, 0, 0}, {0, -1, 0, 0, 0, 0, 0, 1, 0}}),
                new Shape(2, 3, 3, 3));
        float[] turn = new float[2 * ORIENTATIONS];
        for (int k = 0; k < ORIENTATIONS; k++) {
            turn[2 * k] = (float) Math.cos(Math.PI * k / ORIENTATIONS);
            turn[2 * k + 1] = (float) Math.sin(Math.PI * k / ORIENTATIONS);
        }
        directions = manager.create(turn, new Shape(ORIENTATIONS, 2, 1, 1));
    }

    private static float[] luma(float[][] kernels) {
        float[] weights = {0.299f, 0.587f, 0.114f};
        float[] all = new float[kernels.length * 27];
        for (int k = 0; k < kernels.length; k++) {
            for (int c = 0; c < 3; c++) {
                for (int i = 0; i < 9; i++) {
                    all[k * 27 + c * 9 + i] = kernels[k][i] * weights[c];
                }
            }
        }
        return all;
    }

    /** {@code float[N][3][S][S] → float[N][ORIENTATIONS][cells][cells]}: gradient magnitude by unsigned orientation. */
    NDArray orientedCells(NDArray images) {
        NDArray gradient = conv(images, derivatives, 1);
        NDArray energy = gradient.square().sum(new int[] {1}, true).add(TINY);
        NDArray along = conv(gradient, directions, 0).square();
        // cos^4 spreads each pixel over about two neighbouring bins; times the magnitude.
        NDArray votes = along.square().div(energy.pow(1.5));
        return Pool.avgPool2d(votes, new Shape(cell, cell), new Shape(cell, cell), new Shape(0, 0), false, true);
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

    /** Joins maps along the channels. */
    static NDArray join(NDArray... maps) {
        return NDArrays.concat(new NDList(maps), 1).toType(DataType.FLOAT32, false);
    }
}
