package io.anchorstream.topology.labelling;

import java.util.Arrays;

/**
 * The centroids of one block as flat arrays, made for one question: the cosines of a vector with all of them. Stored
 * number by number in panels of 256 rows, so that the inner loop adds to many rows at once (the compiler vectorises it,
 * which it may not do to a sum) and stays in the first-level cache. A row's cosine does not depend on its place.
 */
final class CentroidMatrix {
    private static final int PANEL = 256;

    private final int dimension;
    private float[][] panels = new float[0][];
    private float[] scores = new float[0];
    private int size;

    CentroidMatrix(int dimension) {
        this.dimension = dimension;
    }

    int size() {
        return size;
    }

    int dimension() {
        return dimension;
    }

    /** Appends a row and returns its number. */
    int add(float[] vector) {
        if (size == panels.length * PANEL) {
            panels = Arrays.copyOf(panels, panels.length + 1);
            panels[panels.length - 1] = new float[dimension * PANEL];
            scores = new float[panels.length * PANEL];
        }
        size++;
        set(size - 1, vector);
        return size - 1;
    }

    void set(int row, float[] vector) {
        float[] panel = panels[row / PANEL];
        for (int d = 0, at = row % PANEL; d < dimension; d++, at += PANEL) {
            panel[at] = vector[d];
        }
    }

    float[] get(int row) {
        float[] vector = new float[dimension];
        float[] panel = panels[row / PANEL];
        for (int d = 0, at = row % PANEL; d < dimension; d++, at += PANEL) {
            vector[d] = panel[at];
        }
        return vector;
    }

    /** Removes a row by moving the last one into its place. */
    void remove(int row) {
        if (row != size - 1) {
            set(row, get(size - 1));
        }
        set(size - 1, new float[dimension]);
        size--;
    }

    /**
     * Dot products of {@code vector[dimension]} with all rows; the array is reused, and only its first {@link #size}
     * numbers mean anything.
     */
    float[] scores(float[] vector) {
        Arrays.fill(scores, 0);
        for (int p = 0; p * PANEL < size; p++) {
            float[] panel = panels[p];
            int base = p * PANEL;
            for (int d = 0; d < dimension; d++) {
                float factor = vector[d];
                if (factor != 0) {
                    addScaled(panel, d * PANEL, factor, scores, base);
                }
            }
        }
        return scores;
    }

    private static void addScaled(float[] panel, int from, float factor, float[] scores, int base) {
        for (int i = 0; i < PANEL; i++) {
            scores[base + i] += factor * panel[from + i];
        }
    }
}
