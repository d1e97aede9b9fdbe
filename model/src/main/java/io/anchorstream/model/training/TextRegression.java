package io.anchorstream.model.training;

import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;

import io.anchorstream.model.loss.FloatMatrix;
import io.anchorstream.model.loss.SavedState;

/**
 * What pictures say of their texts, learned without gradients: a ridge regression from a network's fixed features to text
 * vectors (Hoerl and Kennard 1970). It keeps sums over the items, each counted once, when it is fresh; so the order of a
 * stream does not matter to it, nor what is replayed. Features are standardised by their own spread before the penalty.
 *
 * <p>The prediction enters the embedding through fixed random directions (Johnson and Lindenstrauss): where two pictures'
 * predicted texts are alike, so are these parts of their vectors.
 */
final class TextRegression {
    /** Penalty, as a share of a standardised feature's own sum of squares. */
    private static final double RIDGE = 1;
    /** Of the mean spread, added to each feature's: one that hardly varies is not blown up. */
    private static final double LEAST_SPREAD = 0.01;
    /** Beyond so many, the square of them is too much to keep. */
    static final int MOST_FEATURES = 4_096;
    /** Rows between two solutions: a tenth of all, and so many. */
    private static final int ROWS_BETWEEN = 16;

    private static final double GROWTH = 1.1;
    /** From so many rows on the old ones fade: the sums are halved. */
    private static final double MEMORY = 65_536;

    private final int features;
    private final int dimension;
    private final double weight;
    private int texts;
    private double rows;
    private double solved;
    private double[] squares;
    private double[] products = new double[0];
    private double[] featureSums;
    private double[] textSums = new double[0];

    /**
     * @param features F
     * @param dimension D of the embedding
     * @param weight size of the prediction beside the features themselves, 1 = as large
     */
    TextRegression(int features, int dimension, double weight) {
        this.features = features;
        this.dimension = dimension;
        this.weight = weight;
        squares = new double[features * features];
        featureSums = new double[features];
    }

    /**
     * A linear map of features.
     *
     * @param kernel {@code float[D][F]}
     * @param centre {@code float[F]}, taken off the features first
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record Solution(FloatMatrix kernel, float[] centre) {}

    /**
     * Takes in the fresh rows that have a text.
     *
     * @param seen {@code float[N][F]}
     * @param vectors text vectors, of length 0 where there is none
     */
    void learn(FloatMatrix seen, float[][] vectors, boolean[] fresh) {
        for (int i = 0; i < vectors.length; i++) {
            if (fresh[i] && vectors[i].length > 0) {
                learn(seen.row(i), vectors[i]);
            }
        }
    }

    private void learn(float[] x, float[] text) {
        if (text.length != texts) {
            texts = text.length;
            products = new double[features * texts];
            textSums = new double[texts];
            squares = new double[features * features];
            featureSums = new double[features];
            rows = 0;
            solved = 0;
        }
        if (rows >= MEMORY) {
            halve();
        }
        rows++;
        for (int i = 0; i < features; i++) {
            if (x[i] != 0) {
                Ridge.addScaled(squares, i * features + i, x[i], x, i, features - i);
                Ridge.addScaled(products, i * texts, x[i], text, 0, texts);
            }
            featureSums[i] += x[i];
        }
        Ridge.addScaled(textSums, 0, 1, text, 0, texts);
    }

    private void halve() {
        for (double[] sums : new double[][] {squares, products, featureSums, textSums}) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] /= 2;
            }
        }
        rows /= 2;
        solved /= 2;
    }

    /** A new map when enough rows came since the last one. */
    Optional<Solution> due() {
        if (weight == 0 || rows < GROWTH * solved + ROWS_BETWEEN) {
            return Optional.empty();
        }
        solved = rows;
        return solve();
    }

    private Optional<Solution> solve() {
        double[] spread = spread();
        double total = Arrays.stream(spread).sum();
        if (!(total > 0)) {
            return Optional.empty();
        }
        double[] scale = new double[features];
        for (int i = 0; i < features; i++) {
            scale[i] = 1 / Math.sqrt(spread[i] + LEAST_SPREAD * total / features);
        }
        double[] covariance = new double[features * features];
        for (int i = 0; i < features; i++) {
            for (int j = i; j < features; j++) {
                double central = squares[i * features + j] - featureSums[i] * featureSums[j] / rows;
                covariance[i * features + j] = central * scale[i] * scale[j];
            }
        }
        double[] map = directions(scale);
        double[] system = covariance.clone();
        for (int i = 0; i < features; i++) {
            system[i * features + i] += RIDGE;
        }
        Ridge.solve(system, features, map, dimension);
        double size = Ridge.size(covariance, features, map, dimension);
        if (!(size > 0)) {
            return Optional.empty();
        }
        // The features' own part is as large as their spread is in the scale in which the network adds them up.
        double factor = weight / Math.sqrt(size / rows);
        float[] kernel = new float[dimension * features];
        for (int i = 0; i < features; i++) {
            for (int d = 0; d < dimension; d++) {
                kernel[d * features + i] = (float) (map[i * dimension + d] * scale[i] * factor);
            }
        }
        float[] centre = new float[features];
        for (int i = 0; i < features; i++) {
            centre[i] = (float) (featureSums[i] / rows);
        }
        return Optional.of(new Solution(new FloatMatrix(dimension, features, kernel), centre));
    }

    /** Sum of squares of each feature around its mean. */
    private double[] spread() {
        double[] spread = new double[features];
        for (int i = 0; i < features; i++) {
            spread[i] = Math.max(0, squares[i * features + i] - featureSums[i] * featureSums[i] / rows);
        }
        return spread;
    }

    /** Products of standardised features and centred texts, the texts along D random directions: {@code double[F][D]}. */
    private double[] directions(double[] scale) {
        SplittableRandom random = new SplittableRandom(texts);
        float[] axes = new float[texts * dimension];
        for (int i = 0; i < axes.length; i++) {
            axes[i] = (float) (random.nextGaussian() / Math.sqrt(dimension));
        }
        double[] out = new double[features * dimension];
        for (int i = 0; i < features; i++) {
            for (int t = 0; t < texts; t++) {
                double central = products[i * texts + t] - featureSums[i] * textSums[t] / rows;
                Ridge.addScaled(out, i * dimension, central * scale[i], axes, t * dimension, dimension);
            }
        }
        return out;
    }

    void save(SavedState state) {
        state.putLongs("shape", features, texts);
        state.putDoubles("rows", rows, solved);
        state.putDoubles("squares", squares);
        state.putDoubles("products", products);
        state.putDoubles("feature-sums", featureSums);
        state.putDoubles("text-sums", textSums);
    }

    /** @throws IllegalArgumentException if the state is of other features */
    void load(SavedState state) {
        long[] shape = state.longs("shape");
        if (shape[0] != features) {
            throw new IllegalArgumentException("the saved text regression is over " + shape[0] + " features, not "
                    + features + ": it is of another network");
        }
        texts = (int) shape[1];
        rows = state.doubles("rows")[0];
        solved = state.doubles("rows")[1];
        squares = state.doubles("squares");
        products = state.doubles("products");
        featureSums = state.doubles("feature-sums");
        textSums = state.doubles("text-sums");
    }
}
