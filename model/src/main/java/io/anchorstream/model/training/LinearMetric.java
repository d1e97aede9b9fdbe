package io.anchorstream.model.training;

import java.util.Random;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.anchorstream.model.loss.FloatMatrix;
import io.anchorstream.model.loss.SavedState;
import io.anchorstream.model.network.MetricPath;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of learning that has a closed form: the linear map of fixed features in which items of one label lie close and
 * items with like texts are alike. It is made of {@link StreamSums} alone, so one pass over a stream gives what many would.
 *
 * <p>The metric is {@code S^-1 - t C^-1 + w W W^T}: features whitened by their covariance S inside labels, shrunk towards a multiple
 * of the identity (within-class covariance normalisation, Hatch, Kajarekar, Stolcke 2006), less what their whole covariance C
 * explains as well, and what a ridge regression W
 * says of the text. Before whitening each feature is scaled by the share of its variance that lies between labels, so that
 * shrinkage leaves little of features that say nothing of the label. Of it the D directions are kept in which the stream varies most, by subspace iteration; they are
 * rotated onto those of the map before (Procrustes), so that what was learned on top of it still fits.
 */
final class LinearMetric {
    private static final Logger LOG = LoggerFactory.getLogger(LinearMetric.class);
    /** Beyond so many, the square of them is too much to keep. */
    static final int MOST_FEATURES = 4_096;
    /** Shrinkage of the covariance inside labels, as a share of its mean variance. */
    private static final double SHRINKAGE = 0.6;
    /** Rows that the regression's penalty is worth: the more there are, the more it believes them. */
    private static final double ROWS_OF_PENALTY = 500;
    /** Of the mean variance, added to each feature's: one that hardly varies is not blown up. */
    private static final double LEAST_VARIANCE = 0.01;
    /** A new map when the rows have grown by a tenth and by so many. */
    private static final double GROWTH = 1.1;

    /** Least share of a feature's variance that counts as lying between labels; sampling error goes below 0. */
    private static final double LEAST_BETWEEN = 0.02;

    /** Rows that the guess is worth that features differ between labels alike: a share of few rows says little. */
    private static final double ROWS_OF_GUESS = 30;

    /** The same for the guess that all directions tell labels apart once they are whitened. */
    private static final double ROWS_OF_DIRECTIONS = 1_000;

    /** Of the share of what whitens everything at which the metric would turn negative. */
    private static final double LARGEST_SHARE = 0.95;

    private static final int POWER_ITERATIONS = 30;
    private static final int ROWS_BETWEEN = 32;
    /** Added to a diagonal of ones before it is factored in single precision. */
    private static final double JITTER = 1e-4;

    private static final double LEAST_LENGTH = 1e-6;
    private static final int ITERATIONS = 3;
    private static final int POLAR_ITERATIONS = 30;
    private static final long DIRECTIONS_SEED = 0x3e7a1cL;

    /** Counted up when other sums of the same stream give another map: a checkpoint's is then computed anew at once. */
    private static final long FORMULA = 2;

    private final MetricPath path;
    private final double textShare;
    private final StreamSums sums;
    private double solvedAt;

    /**
     * @param path receives each new map
     * @param textShare size of what is told of the text beside the whitened features; 0 = no text
     */
    LinearMetric(MetricPath path, double textShare) {
        this.path = path;
        this.textShare = textShare;
        this.sums = new StreamSums(path.features());
    }

    /** Takes in the fresh rows; see {@link StreamSums#learn}. */
    void learn(FloatMatrix seen, long[] labels, float[][] texts, boolean[] fresh) {
        sums.learn(seen, labels, texts, fresh);
    }

    /**
     * Puts a new map into the network when enough rows came since the last one. Without gradients.
     *
     * @param scope owns the intermediate results
     * @return whether there is a new map
     */
    boolean renew(NDManager scope) {
        solvedAt = Math.min(solvedAt, sums.rows); // rows fade
        if (sums.pairs == 0 || sums.rows < GROWTH * solvedAt + ROWS_BETWEEN) {
            return false;
        }
        solvedAt = sums.rows;
        double[] scale = scales();
        if (scale.length == 0) {
            return false;
        }
        return solve(scope, scale);
    }

    /** What standardises each feature; empty when none varies. */
    private double[] scales() {
        double[] scale = new double[sums.features];
        double total = 0;
        for (int i = 0; i < scale.length; i++) {
            scale[i] = Math.max(0, sums.covariance(i, i));
            total += scale[i];
        }
        if (!(total > 0)) {
            return new double[0];
        }
        for (int i = 0; i < scale.length; i++) {
            scale[i] = 1 / Math.sqrt(scale[i] + LEAST_VARIANCE * total / scale.length);
        }
        return scale;
    }

    private boolean solve(NDManager scope, double[] scale) {
        int f = sums.features;
        NDArray covariance = symmetric(scope, scale, false).add(scope.eye(f).mul(LEAST_VARIANCE));
        NDArray metric = tellingApart(scope, scale, covariance);
        metric = metric.div(trace(metric, covariance));
        if (textShare > 0 && sums.textRows > 1) {
            NDArray told = covariance
                    .add(scope.eye(f).mul(ROWS_OF_PENALTY / sums.textRows))
                    .inverse()
                    .matMul(texts(scope, scale));
            NDArray meaning = told.matMul(told.transpose());
            float size = trace(meaning, covariance);
            if (size > 0) {
                metric = metric.add(meaning.mul(textShare * textShare / size));
            }
        }
        NDArray kernel = aligned(scope, directions(scope, metric, covariance), covariance, scale);
        return publish(kernel, scale, trace(kernel.transpose().matMul(kernel), covariance));
    }

    /**
     * {@code S^-1 - t C^-1}, both covariances shrunk alike: what whitens inside labels, less what whitens everything. Directions in
     * which items of one label differ as much as any two say nothing of the label and go (probabilistic LDA, Ioffe 2006).
     */
    private NDArray tellingApart(NDManager scope, double[] scale, NDArray covariance) {
        int f = sums.features;
        NDArray between = between(scope);
        NDArray inside = symmetric(scope, scale, true).mul(between);
        float spread = inside.mul(scope.eye(f)).sum().getFloat() / f;
        if (!(spread > 0)) {
            return scope.eye(f);
        }
        NDArray shrinkage = scope.eye(f).mul(SHRINKAGE * spread);
        NDArray inner = inside.add(shrinkage);
        NDArray whole = covariance.mul(between).add(shrinkage).inverse();
        double trust = sums.rows / (sums.rows + ROWS_OF_DIRECTIONS);
        double most = Math.min(trust, LARGEST_SHARE / largest(scope, whole, inner));
        return inner.inverse().sub(whole.mul(most)).mul(between);
    }

    /**
     * The largest eigenvalue of {@code C^-1 S}, by power iteration. Pairs of one label, which S is of, may vary more than rows,
     * which C is of; a larger share of C^-1 than one over it would make the metric negative there.
     */
    private static double largest(NDManager scope, NDArray whole, NDArray inner) {
        int f = (int) inner.getShape().get(0);
        NDArray direction = scope.ones(new Shape(f, 1)).div(Math.sqrt(f));
        double size = 1;
        for (int i = 0; i < POWER_ITERATIONS; i++) {
            NDArray next = whole.matMul(inner.matMul(direction));
            size = Math.sqrt(next.square().sum().getFloat());
            direction = next.div(size);
        }
        return size;
    }

    /** {@code float[F][F]}, the products of the shares of two features' variances that lie between labels. */
    private NDArray between(NDManager scope) {
        float[] share = new float[sums.features];
        double trust = sums.rows / (sums.rows + ROWS_OF_GUESS);
        for (int i = 0; i < share.length; i++) {
            double whole = sums.covariance(i, i);
            double found = whole > 0 ? Math.max(LEAST_BETWEEN, 1 - sums.within(i, i) / whole) : LEAST_BETWEEN;
            share[i] = (float) (trust * found + 1 - trust);
        }
        NDArray column = scope.create(share, new Shape(share.length, 1));
        return column.matMul(column.transpose());
    }

    private boolean publish(NDArray kernel, double[] scale, float size) {
        int f = sums.features;
        float[] values = kernel.toFloatArray();
        double unit = 1 / Math.sqrt(size);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (values[i] * scale[i % f] * unit);
            if (!Float.isFinite(values[i])) {
                LOG.warn("the metric of {} rows came out without numbers; the one before stays", sums.rows);
                return false;
            }
        }
        float[] centre = new float[f];
        for (int i = 0; i < f; i++) {
            centre[i] = (float) (sums.sums[i] / sums.rows);
        }
        path.set(new FloatMatrix(path.dimension(), f, values), centre);
        return true;
    }

    private NDArray symmetric(NDManager scope, double[] scale, boolean within) {
        int f = sums.features;
        float[] values = new float[f * f];
        for (int i = 0; i < f; i++) {
            for (int j = i; j < f; j++) {
                double value = (within ? sums.within(i, j) : sums.covariance(i, j)) * scale[i] * scale[j];
                values[i * f + j] = (float) value;
                values[j * f + i] = (float) value;
            }
        }
        return scope.create(values, new Shape(f, f));
    }

    private NDArray texts(NDManager scope, double[] scale) {
        float[] values = new float[sums.features * sums.texts];
        for (int i = 0; i < sums.features; i++) {
            for (int t = 0; t < sums.texts; t++) {
                values[i * sums.texts + t] = (float) (sums.withText(i, t) * scale[i]);
            }
        }
        return scope.create(values, new Shape(sums.features, sums.texts));
    }

    /** {@code trace(A B)} of symmetric matrices. */
    private static float trace(NDArray a, NDArray b) {
        return a.mul(b).sum().getFloat();
    }

    /**
     * Rows {@code float[D][F]} whose products come nearest to the metric where the data lies: the leading eigenvectors of
     * metric times covariance, orthonormal in the metric's inverse.
     */
    private NDArray directions(NDManager scope, NDArray metric, NDArray covariance) {
        NDArray u = start(scope);
        for (int i = 0; i < ITERATIONS; i++) {
            NDArray y = covariance.matMul(u);
            NDArray next = metric.matMul(y);
            NDArray gram = y.transpose().matMul(next);
            u = next.matMul(inverseRoot(scope, gram));
        }
        return u.transpose();
    }

    /** Random directions; as many as there are features at most, the rest of the vector stays 0. */
    private NDArray start(NDManager scope) {
        Random random = new Random(DIRECTIONS_SEED);
        float[] values = new float[sums.features * Math.min(path.dimension(), sums.features)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return scope.create(values, new Shape(sums.features, values.length / sums.features));
    }

    /**
     * {@code R^-1} of the Cholesky factor {@code G = R^T R}: columns times it are orthonormal. Columns are brought to one
     * length first and a little is added to the diagonal, so that columns that are nearly the same stay finite.
     */
    private static NDArray inverseRoot(NDManager scope, NDArray gram) {
        int n = (int) gram.getShape().get(0);
        float[] values = gram.toFloatArray();
        double[] length = new double[n];
        double longest = 0;
        for (int i = 0; i < n; i++) {
            length[i] = Math.sqrt(Math.max(0, values[i * n + i]));
            longest = Math.max(longest, length[i]);
        }
        double[] r = new double[n * n];
        for (int i = 0; i < n; i++) {
            length[i] = Math.max(length[i], LEAST_LENGTH * longest);
        }
        for (int i = 0; i < n; i++) {
            for (int j = i; j < n; j++) {
                r[i * n + j] = (values[i * n + j] + values[j * n + i]) / (2 * length[i] * length[j]);
            }
            r[i * n + i] += JITTER;
        }
        for (int k = 0; k < n; k++) {
            double root = Math.sqrt(Math.max(r[k * n + k], JITTER));
            for (int j = k; j < n; j++) {
                r[k * n + j] /= root;
            }
            for (int i = k + 1; i < n; i++) {
                double factor = r[k * n + i];
                for (int j = i; j < n; j++) {
                    r[i * n + j] -= factor * r[k * n + j];
                }
            }
        }
        float[] inverse = new float[n * n];
        double[] column = new double[n];
        for (int c = 0; c < n; c++) {
            for (int i = c; i >= 0; i--) {
                double sum = i == c ? 1 : 0;
                for (int j = i + 1; j <= c; j++) {
                    sum -= r[i * n + j] * column[j];
                }
                column[i] = sum / r[i * n + i];
                inverse[i * n + c] = (float) (column[i] / length[i]);
            }
        }
        return scope.create(inverse, new Shape(n, n));
    }

    /** Rotates the directions so that what they give for the data is nearest to what the map in use gives. */
    private NDArray aligned(NDManager scope, NDArray kernel, NDArray covariance, double[] scale) {
        int f = sums.features;
        int d = path.dimension();
        int found = (int) kernel.getShape().get(0);
        if (found < d) {
            kernel = kernel.concat(scope.zeros(new Shape(d - found, f)), 0);
        }
        if (path.waiting().getFloat() != 0) {
            return kernel;
        }
        float[] before = path.map().values();
        for (int i = 0; i < before.length; i++) {
            before[i] /= (float) scale[i % f];
        }
        NDArray old = scope.create(before, new Shape(d, f));
        NDArray cross = old.matMul(covariance).matMul(kernel.transpose());
        return polar(cross).matMul(kernel);
    }

    /** The orthogonal matrix nearest to a square one (Newton and Schulz); directions it says nothing of stay put. */
    private static NDArray polar(NDArray a) {
        float size = (float) Math.sqrt(a.square().sum().getFloat());
        NDArray x = a.div(Math.max(size, 1e-20f));
        for (int i = 0; i < POLAR_ITERATIONS; i++) {
            x = x.mul(1.5f).sub(x.matMul(x.transpose()).matMul(x).mul(0.5f));
        }
        return x;
    }

    void save(SavedState state) {
        sums.save(state.scope("sums"));
        state.putDoubles("solved-at", solvedAt);
        state.putLongs("formula", FORMULA);
    }

    /** @throws IllegalArgumentException if the state is of other features */
    void load(SavedState state) {
        sums.load(state.scope("sums"));
        boolean same = state.has("formula") && state.longs("formula")[0] == FORMULA;
        solvedAt = same ? state.doubles("solved-at")[0] : 0;
    }
}
