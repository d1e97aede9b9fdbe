package io.anchorstream.model.loss;

import java.util.Arrays;

/** A softmax classifier over the labels seen, with its own optimiser: says which class a synthetic item looks like. */
final class SoftmaxHead {
    private static final double SCALE = 10;

    private final LabelRows weights;
    private FloatMatrix toWeights = FloatMatrix.zeros(0, 0);
    private float[] room = new float[0];

    SoftmaxHead(int cap) {
        weights = new LabelRows(1, cap);
    }

    /** Makes room for the batch's labels; a new class starts at its first embedding. */
    void observe(LossBatch batch, FloatMatrix unit) {
        weights.shape(unit.columns());
        for (int i = 0; i < batch.size(); i++) {
            long label = batch.labels()[i];
            if (label < 0) {
                continue;
            }
            int slot = weights.slotOf(label);
            if (slot < 0) {
                slot = weights.claim(label);
                weights.set(slot, 0, unit.row(i));
            }
            weights.touch(slot, batch.step());
        }
        int values = weights.size() * unit.columns();
        if (room.length < values) {
            room = new float[2 * values];
        } else {
            Arrays.fill(room, 0, values, 0);
        }
        toWeights = new FloatMatrix(weights.size(), unit.columns(), room);
    }

    /**
     * Mean cross entropy of rows with their labels.
     *
     * @param train whether the head itself learns from these rows
     * @param toRows takes the gradient of the rows, times {@code weight}
     */
    double crossEntropy(FloatMatrix rows, long[] labels, boolean train, double weight, FloatMatrix toRows) {
        FloatMatrix targets = FloatMatrix.zeros(rows.rows(), weights.size());
        for (int i = 0; i < rows.rows(); i++) {
            int target = labels[i] < 0 ? -1 : weights.slotOf(labels[i]);
            if (target >= 0) {
                targets.values()[i * weights.size() + target] = 1;
            }
        }
        return crossEntropy(rows, targets, 1, train, weight, toRows);
    }

    /**
     * Mean cross entropy of rows with shares of the classes.
     *
     * @param targets {@code float[N][size]}; a row of zeros takes no part
     * @param temperature divides the head's logits
     */
    double crossEntropy(
            FloatMatrix rows,
            FloatMatrix targets,
            double temperature,
            boolean train,
            double weight,
            FloatMatrix toRows) {
        FloatMatrix bank = weights.rows();
        double scale = SCALE / temperature;
        FloatMatrix cosines = rows.timesTransposed(bank);
        FloatMatrix toCosines = FloatMatrix.zeros(rows.rows(), bank.rows());
        double[] shares = new double[rows.rows()];
        int count = 0;
        for (int i = 0; i < shares.length; i++) {
            for (int c = 0; c < bank.rows(); c++) {
                shares[i] += targets.get(i, c);
            }
            count += shares[i] > 0 ? 1 : 0;
        }
        double total = 0;
        for (int i = 0; i < rows.rows(); i++) {
            if (shares[i] == 0) {
                continue;
            }
            LogSumExp all = softmax(cosines, i, scale);
            for (int c = 0; c < bank.rows(); c++) {
                double logit = scale * cosines.get(i, c);
                total += targets.get(i, c) * (all.value() - logit);
                double error = shares[i] * all.share(logit) - targets.get(i, c);
                toCosines.values()[i * bank.rows() + c] = (float) (scale * error / count);
            }
        }
        if (train) {
            toCosines.addTransposedTimes(rows, 1, toWeights);
        }
        toCosines.addTimes(bank, (float) weight, toRows);
        return count == 0 ? 0 : total / count;
    }

    private static LogSumExp softmax(FloatMatrix cosines, int row, double scale) {
        LogSumExp all = new LogSumExp();
        for (int c = 0; c < cosines.columns(); c++) {
            all.add(scale * cosines.get(row, c));
        }
        return all;
    }

    /** What the head makes of each row, {@code float[N][size]}; zeros for rows without a label. */
    FloatMatrix shares(FloatMatrix rows, long[] labels, double temperature) {
        FloatMatrix cosines = rows.timesTransposed(weights.rows());
        FloatMatrix out = FloatMatrix.zeros(rows.rows(), cosines.columns());
        for (int i = 0; i < rows.rows(); i++) {
            LogSumExp all = softmax(cosines, i, SCALE / temperature);
            for (int c = 0; c < cosines.columns() && labels[i] >= 0; c++) {
                out.values()[i * out.columns() + c] = (float) all.share(SCALE / temperature * cosines.get(i, c));
            }
        }
        return out;
    }

    /** The label each row looks most like. */
    long[] classes(FloatMatrix rows) {
        FloatMatrix cosines = rows.timesTransposed(weights.rows());
        long[] out = new long[rows.rows()];
        for (int i = 0; i < out.length; i++) {
            int best = 0;
            for (int c = 1; c < cosines.columns(); c++) {
                best = cosines.get(i, c) > cosines.get(i, best) ? c : best;
            }
            out[i] = weights.label(best);
        }
        return out;
    }

    void step(double rate) {
        int[] all = new int[Math.min(weights.size(), toWeights.rows())];
        for (int i = 0; i < all.length; i++) {
            all[i] = i;
        }
        weights.step(all, toWeights, rate, 0);
    }

    void save(SavedState state) {
        weights.save(state);
    }

    void load(SavedState state) {
        weights.load(state);
    }
}
