package io.anchorstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * Takes mean and spread out of each feature by the statistics of all rows seen, the same in training and in use. Batch
 * statistics would take out what the items of a batch share, and batches are drawn from like items on purpose.
 *
 * @param mean {@code float[F]}
 * @param variance {@code float[F]}
 * @param rows {@code float[1]}, how many rows they stand for; 0 = they are a guess
 */
record Standardisation(NDArray mean, NDArray variance, NDArray rows) {
    /** Rows that the statistics remember, so that a catalogue may change. */
    private static final float MEMORY = 8192;

    private static final float EPSILON = 1e-5f;

    static Standardisation declare(Weights weights, String path, int width) {
        Shape shape = new Shape(width);
        return new Standardisation(
                weights.constant(path + ".mean", WeightRole.STATISTIC, shape, 0),
                weights.constant(path + ".variance", WeightRole.STATISTIC, shape, 1),
                weights.constant(path + ".rows", WeightRole.STATISTIC, new Shape(1), 0));
    }

    /** {@code float[N][F] → float[N][F]}. */
    NDArray apply(NDArray x) {
        return x.sub(mean).div(variance.add(EPSILON).sqrt());
    }

    /** The words for {@link #apply}. */
    String script(Script script, String x) {
        String spread = script.call("sqrt", script.call("add", script.weight(variance), EPSILON));
        return script.call("div", script.call("sub", x, script.weight(mean)), spread);
    }

    /** Takes the statistics of these rows until the first that {@link #learn} sees. */
    void guess(NDArray x) {
        learn(x);
        rows.subi(rows);
    }

    /** Adds rows to the statistics (Chan, Golub, LeVeque 1979). */
    void learn(NDArray x) {
        float fresh = x.getShape().get(0);
        float known = Math.min(rows.getFloat(), MEMORY - fresh);
        float share = known <= 0 ? 1 : fresh / (known + fresh);
        NDArray mean = x.mean(new int[] {0});
        NDArray variance = x.sub(mean).square().mean(new int[] {0});
        NDArray shift = mean.sub(this.mean);
        this.variance
                .muli(1 - share)
                .addi(variance.mul(share))
                .addi(shift.square().mul(share * (1 - share)));
        this.mean.addi(shift.mul(share));
        rows.addi(fresh);
    }
}
