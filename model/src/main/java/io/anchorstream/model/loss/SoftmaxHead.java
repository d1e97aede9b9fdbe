package io.anchorstream.model.loss;

/** A softmax classifier over the labels seen, with its own optimiser: says which class a synthetic item looks like. */
final class SoftmaxHead {
    private static final double SCALE = 10;

    private final LabelRows weights;
    private FloatMatrix toWeights = FloatMatrix.zeros(0, 0);

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
        toWeights = FloatMatrix.zeros(weights.size(), unit.columns());
    }

    /**
     * Mean cross entropy of rows with their labels.
     *
     * @param train whether the head itself learns from these rows
     * @param toRows takes the gradient of the rows, times {@code weight}
     */
    double crossEntropy(FloatMatrix rows, long[] labels, boolean train, double weight, FloatMatrix toRows) {
        FloatMatrix bank = weights.rows();
        FloatMatrix cosines = rows.timesTransposed(bank);
        FloatMatrix toCosines = FloatMatrix.zeros(rows.rows(), bank.rows());
        int labelled = 0;
        for (long label : labels) {
            labelled += label >= 0 && weights.slotOf(label) >= 0 ? 1 : 0;
        }
        double total = 0;
        for (int i = 0; i < rows.rows(); i++) {
            int target = labels[i] < 0 ? -1 : weights.slotOf(labels[i]);
            if (target < 0) {
                continue;
            }
            LogSumExp all = new LogSumExp();
            for (int c = 0; c < bank.rows(); c++) {
                all.add(SCALE * cosines.get(i, c));
            }
            total += all.value() - SCALE * cosines.get(i, target);
            for (int c = 0; c < bank.rows(); c++) {
                double error = all.share(SCALE * cosines.get(i, c)) - (c == target ? 1 : 0);
                toCosines.values()[i * bank.rows() + c] = (float) (SCALE * error / labelled);
            }
        }
        if (train) {
            toCosines.addTransposedTimes(rows, 1, toWeights);
        }
        toCosines.addTimes(bank, (float) weight, toRows);
        return labelled == 0 ? 0 : total / labelled;
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
