package io.anchorstream.model.loss;

import java.util.SplittableRandom;

/** Unit vectors that never move, one per slot. */
final class FixedCentroids {
    private static final int POINTS_PER_SLOT = 8;
    private static final int MOST_ROUNDS = 20;
    private static final long MOST_PRODUCTS = 4_000_000_000L;

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
     * there is. Beyond dimension + 1 slots there is none, and {@link #clustered} centres serve.
     */
    static FloatMatrix simplex(int slots, int dimension, long seed) {
        FloatMatrix out = FloatMatrix.zeros(slots, dimension);
        if (slots > dimension + 1) {
            return clustered(slots, dimension, seed);
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

    /**
     * Centres of spherical k-means over points drawn evenly from the sphere: nearly evenly spaced, for any number of slots.
     * Beyond some thousands of slots there are fewer rounds, since a round's cost grows with the square of them.
     */
    static FloatMatrix clustered(int slots, int dimension, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        FloatMatrix points = directions(random, POINTS_PER_SLOT * slots, dimension);
        FloatMatrix centres = directions(random, slots, dimension);
        long round = (long) points.rows() * slots * dimension;
        int rounds = (int) Math.min(MOST_ROUNDS, MOST_PRODUCTS / Math.max(1, round));
        for (int i = 0; i < rounds; i++) {
            FloatMatrix sums = FloatMatrix.zeros(slots, dimension);
            for (int p = 0; p < points.rows(); p++) {
                int own = nearest(points, p, centres);
                FloatMatrix.addScaled(sums.values(), own * dimension, 1, points.values(), p * dimension, dimension);
            }
            for (int slot = 0; slot < slots; slot++) {
                if (isZero(sums, slot)) {
                    // Nobody's centre stays where it was.
                    FloatMatrix.addScaled(
                            sums.values(), slot * dimension, 1, centres.values(), slot * dimension, dimension);
                }
            }
            centres = UnitRows.of(sums).unit();
        }
        return centres;
    }

    private static FloatMatrix directions(SplittableRandom random, int count, int dimension) {
        FloatMatrix out = FloatMatrix.zeros(count, dimension);
        for (int i = 0; i < count * dimension; i++) {
            out.values()[i] = (float) random.nextGaussian();
        }
        return UnitRows.of(out).unit();
    }

    private static int nearest(FloatMatrix points, int point, FloatMatrix centres) {
        int width = points.columns();
        int best = 0;
        float most = Float.NEGATIVE_INFINITY;
        for (int c = 0; c < centres.rows(); c++) {
            float cosine = 0;
            for (int d = 0; d < width; d++) {
                cosine += points.values()[point * width + d] * centres.values()[c * width + d];
            }
            if (cosine > most) {
                most = cosine;
                best = c;
            }
        }
        return best;
    }

    private static boolean isZero(FloatMatrix rows, int row) {
        for (int d = 0; d < rows.columns(); d++) {
            if (rows.get(row, d) != 0) {
                return false;
            }
        }
        return true;
    }
}
