package io.anchorstream.model.loss;

/**
 * Log-ratio loss (Kim et al., CVPR 2019): ratios of squared distances from an anchor are to be those of the texts,
 * {@code (log(q_ai / q_aj) - log(t_ai / t_aj))^2}, mean over all triplets of items with a text. Labels only say whether a
 * batch teaches at all: one of a single label has nothing to tell apart.
 */
final class LogRatioLoss implements PairLoss {
    private final double floor;

    /** @param floor squared distances below this count as this, so that equal texts have a logarithm */
    LogRatioLoss(double floor) {
        this.floor = floor;
    }

    @Override
    public Measure measure() {
        return Measure.SQUARED;
    }

    @Override
    public boolean readsText() {
        return true;
    }

    @Override
    public PairTally evaluate(PairMatrix pairs, float[] gradient) {
        if (PairCensus.of(pairs).empty()) {
            return PairTally.NOTHING;
        }
        double[] gaps = new double[pairs.candidates()];
        double total = 0;
        int validAnchors = 0;
        long terms = 0;
        for (int anchor = 0; anchor < pairs.anchors(); anchor++) {
            int start = anchor * pairs.candidates();
            int count = 0;
            double mean = 0;
            for (int j = 0; j < gaps.length; j++) {
                gaps[j] = Double.NaN;
                if (pairs.relations()[start + j] != PairMatrix.IGNORED
                        && !Float.isNaN(pairs.textDistances()[start + j])) {
                    gaps[j] = log(pairs.values()[start + j]) - log(pairs.textDistances()[start + j]);
                    mean += gaps[j];
                    count++;
                }
            }
            if (count < 2) {
                continue;
            }
            mean /= count;
            validAnchors++;
            terms += (long) count * (count - 1) / 2;
            for (int j = 0; j < gaps.length; j++) {
                if (!Double.isNaN(gaps[j])) {
                    // Over all pairs of n numbers the squared differences add up to n times those from the mean.
                    double apart = gaps[j] - mean;
                    total += count * apart * apart;
                    float value = pairs.values()[start + j];
                    gradient[start + j] = value > floor ? (float) (2 * count * apart / value) : 0;
                }
            }
        }
        if (terms == 0) {
            return PairTally.NOTHING;
        }
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] /= terms;
        }
        return new PairTally(total / terms, validAnchors, terms, terms);
    }

    private double log(double distance) {
        return Math.log(Math.max(distance, floor));
    }
}
