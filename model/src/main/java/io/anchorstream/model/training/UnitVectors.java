package io.anchorstream.model.training;

import io.anchorstream.model.loss.FloatMatrix;

/** Scales rows to unit length. */
final class UnitVectors {
    private UnitVectors() {}

    /** A row of zeros, which has no direction, stays as it is. */
    static FloatMatrix of(FloatMatrix raw) {
        float[] unit = raw.values().clone();
        for (int i = 0; i < raw.rows(); i++) {
            scale(unit, i * raw.columns(), raw.columns());
        }
        return new FloatMatrix(raw.rows(), raw.columns(), unit);
    }

    static void scale(float[] values, int from, int length) {
        double sum = 0;
        for (int d = from; d < from + length; d++) {
            sum += (double) values[d] * values[d];
        }
        double norm = Math.sqrt(sum);
        if (norm > 0) {
            for (int d = from; d < from + length; d++) {
                values[d] = (float) (values[d] / norm);
            }
        }
    }
}
