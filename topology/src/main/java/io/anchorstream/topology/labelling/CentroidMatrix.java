package io.anchorstream.topology.labelling;

import java.util.Arrays;

/**
 * The centroids of one block as flat arrays, made for one question: the cosines of a vector with all of them. Stored
 * number by number in panels of 256 rows, so that the inner loop adds to many rows at once (the compiler vectorises it,
 * which it may not do to a sum) and stays in the first-level cache. A row's cosine does not depend on its place.
 */
final class CentroidMatrix {
    private static final int PANEL = 256;
    private static final int FIRST_WIDTH = 8;

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
        if (size == capacity()) {
            grow();
        }
        size++;
        set(size - 1, vector);
        return size - 1;
    }

    /** Most blocks hold a handful of classes: the first panel begins narrow and is widened until it is full. */
    private void grow() {
        int width = panels.length == 1 ? width(panels[0]) : PANEL;
        if (panels.length == 0) {
            panels = new float[][] {new float[dimension * FIRST_WIDTH]};
        } else if (width < PANEL) {
            float[] wide = new float[panels[0].length * 2];
            for (int d = 0; d < dimension; d++) {
                System.arraycopy(panels[0], d * width, wide, d * 2 * width, width);
            }
            panels[0] = wide;
        } else {
            panels = Arrays.copyOf(panels, panels.length + 1);
            panels[panels.length - 1] = new float[dimension * PANEL];
        }
        scores = new float[capacity()];
    }

    private int capacity() {
        return panels.length == 0 ? 0 : (panels.length - 1) * PANEL + width(panels[panels.length - 1]);
    }

    private int width(float[] panel) {
        return panel.length / dimension;
    }

    void set(int row, float[] vector) {
        float[] panel = panels[row / PANEL];
        for (int d = 0, at = row % PANEL; d < dimension; d++, at += width(panel)) {
            panel[at] = vector[d];
        }
    }

    float[] get(int row) {
        float[] vector = new float[dimension];
        float[] panel = panels[row / PANEL];
        for (int d = 0, at = row % PANEL; d < dimension; d++, at += width(panel)) {
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
            int width = width(panel);
            for (int d = 0; d < dimension; d++) {
                float factor = vector[d];
                if (factor != 0) {
                    addScaled(panel, d * width, width, factor, scores, base);
                }
            }
        }
        return scores;
    }

    private static void addScaled(float[] panel, int from, int width, float factor, float[] scores, int base) {
        for (int i = 0; i < width; i++) {
            scores[base + i] += factor * panel[from + i];
        }
    }
}
