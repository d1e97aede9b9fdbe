package io.anchorstream.model.loss;

import java.util.SplittableRandom;

/** Unit vectors that never move, one per slot. */
final class FixedCentroids {
    private FixedCentroids() {}

    /** One axis per slot; needs as many dimensions as slots. */
    static FloatMatrix oneHot(int slots, int dimension) {
        if (slots > dimension) {
            throw new IllegalArgumentException("one-hot centroids for " + slots + " labels need " + slots
                    + " dimensions, the embedding has " + dimension + ": use fewer slots or centroids=simplex");
        }
        FloatMatrix out = FloatMatrix.zeros(slots, dimension);
        for (int i = 0; i < slots; i++) {
            out.values()[i * dimension + i] = 1;
        }
        return out;
    }

    /**
     * The corners of a regular simplex, all {@code -1 / (slots - 1)} to each other in cosine, which is the best spacing
     * there is; beyond dimension + 1 slots there is none, and seeded random directions serve.
     */
    static FloatMatrix simplex(int slots, int dimension, long seed) {
        FloatMatrix out = FloatMatrix.zeros(slots, dimension);
        if (slots > dimension + 1) {
            SplittableRandom random = new SplittableRandom(seed);
            for (int i = 0; i < slots * dimension; i++) {
                out.values()[i] = (float) random.nextGaussian();
            }
            return UnitRows.of(out).unit();
        }
        // Row i has all coordinates up to i; each is fixed by the cosine it must have with the rows before it.
        double cosine = -1.0 / (slots - 1);
        double[][] rows = new double[slots][dimension];
        for (int i = 0; i < slots; i++) {
            double left = 1;
            for (int d = 0; d < Math.min(i, dimension); d++) {
                double dot = 0;
                for (int e = 0; e < d; e++) {
                    dot += rows[i][e] * rows[d][e];
                }
                rows[i][d] = (cosine - dot) / rows[d][d];
                left -= rows[i][d] * rows[i][d];
            }
            if (i < dimension) {
                rows[i][i] = Math.sqrt(Math.max(0, left));
            }
            for (int d = 0; d < dimension; d++) {
                out.values()[i * dimension + d] = (float) rows[i][d];
            }
        }
        return out;
    }
}
