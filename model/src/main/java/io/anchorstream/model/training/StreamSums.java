package io.anchorstream.model.training;

import io.anchorstream.model.loss.FloatMatrix;
import io.anchorstream.model.loss.SavedState;

/**
 * What {@link LinearMetric} keeps of a stream: second moments of fixed features, of features with text vectors, and of the
 * differences of items of one label. Each item counts once, when it is fresh, so that replay changes nothing and the order
 * of the stream little.
 */
final class StreamSums {
    /** From so many rows on the old ones fade: the sums are halved. */
    private static final double MEMORY = 65_536;

    final int features;
    int texts;
    double rows;
    double textRows;
    double pairs;
    double[] squares;
    double[] sums;
    double[] within;
    double[] products = new double[0];
    double[] textSums = new double[0];
    double[] sumsWithText;

    /** @param features F */
    StreamSums(int features) {
        this.features = features;
        squares = new double[features * features];
        within = new double[features * features];
        sums = new double[features];
        sumsWithText = new double[features];
    }

    /**
     * Takes in the fresh rows that have a label.
     *
     * @param seen {@code float[N][F]}
     * @param labels below 0 = none
     * @param vectors text vectors, of length 0 where there is none
     */
    void learn(FloatMatrix seen, long[] labels, float[][] vectors, boolean[] fresh) {
        for (int i = 0; i < labels.length; i++) {
            if (!fresh[i] || labels[i] < 0) {
                continue;
            }
            if (rows >= MEMORY) {
                halve();
            }
            float[] x = seen.row(i);
            row(x, vectors[i]);
            for (int j = 0; j < labels.length; j++) {
                if (j != i && labels[j] == labels[i] && (!fresh[j] || j < i)) {
                    pair(x, seen.row(j));
                }
            }
        }
    }

    private void row(float[] x, float[] text) {
        rows++;
        addSquares(squares, x);
        addScaled(sums, 0, 1, x, 0, features);
        if (text.length == 0) {
            return;
        }
        if (text.length != texts) {
            texts = text.length;
            products = new double[features * texts];
            textSums = new double[texts];
            sumsWithText = new double[features];
            textRows = 0;
        }
        textRows++;
        for (int i = 0; i < features; i++) {
            addScaled(products, i * texts, x[i], text, 0, texts);
        }
        addScaled(sumsWithText, 0, 1, x, 0, features);
        addScaled(textSums, 0, 1, text, 0, texts);
    }

    private void pair(float[] x, float[] y) {
        pairs++;
        float[] difference = new float[features];
        for (int i = 0; i < features; i++) {
            difference[i] = x[i] - y[i];
        }
        addSquares(within, difference);
    }

    /** The upper triangle of {@code x x^T}. */
    private void addSquares(double[] out, float[] x) {
        for (int i = 0; i < features; i++) {
            if (x[i] != 0) {
                addScaled(out, i * features + i, x[i], x, i, features - i);
            }
        }
    }

    private static void addScaled(double[] out, int outAt, double factor, float[] in, int inAt, int length) {
        for (int d = 0; d < length; d++) {
            out[outAt + d] += factor * in[inAt + d];
        }
    }

    private void halve() {
        for (double[] each : new double[][] {squares, sums, within, products, textSums, sumsWithText}) {
            for (int i = 0; i < each.length; i++) {
                each[i] /= 2;
            }
        }
        rows /= 2;
        textRows /= 2;
        pairs /= 2;
    }

    /** Covariance of two features. */
    double covariance(int i, int j) {
        return squares[Math.min(i, j) * features + Math.max(i, j)] / rows - sums[i] * sums[j] / (rows * rows);
    }

    /** Half the mean product of the differences of two items of one label: the covariance inside labels. */
    double within(int i, int j) {
        return within[Math.min(i, j) * features + Math.max(i, j)] / (2 * pairs);
    }

    /** Covariance of a feature and a number of the text vector. */
    double withText(int i, int t) {
        return products[i * texts + t] / textRows - sumsWithText[i] * textSums[t] / (textRows * textRows);
    }

    void save(SavedState state) {
        state.putLongs("shape", features, texts);
        state.putDoubles("counts", rows, textRows, pairs);
        state.putDoubles("squares", squares);
        state.putDoubles("sums", sums);
        state.putDoubles("within", within);
        state.putDoubles("products", products);
        state.putDoubles("text-sums", textSums);
        state.putDoubles("sums-with-text", sumsWithText);
    }

    /** @throws IllegalArgumentException if the state is of other features */
    void load(SavedState state) {
        long[] shape = state.longs("shape");
        if (shape[0] != features) {
            throw new IllegalArgumentException("the saved sums are over " + shape[0] + " features, not " + features
                    + ": they are of another network");
        }
        texts = (int) shape[1];
        double[] counts = state.doubles("counts");
        rows = counts[0];
        textRows = counts[1];
        pairs = counts[2];
        squares = state.doubles("squares");
        sums = state.doubles("sums");
        within = state.doubles("within");
        products = state.doubles("products");
        textSums = state.doubles("text-sums");
        sumsWithText = state.doubles("sums-with-text");
    }
}
