package io.anchorstream.model.loss;

/**
 * Takes out of rows what a batch of them shares: their mean and their size. Both are constants to the gradient.
 *
 * @param mean {@code float[F]}
 * @param size root of the mean square length around the mean; 1 where all rows are alike
 */
@SuppressWarnings("ArrayRecordComponent") // working array of one step
record Centring(float[] mean, float size) {

    /** Leaves rows as they are. */
    static Centring none(int columns) {
        return new Centring(new float[columns], 1);
    }

    static Centring of(FloatMatrix rows) {
        float[] mean = new float[rows.columns()];
        for (int i = 0; i < rows.rows(); i++) {
            FloatMatrix.addScaled(mean, 0, 1f / rows.rows(), rows.values(), i * mean.length, mean.length);
        }
        double sum = 0;
        for (int i = 0; i < rows.rows(); i++) {
            for (int d = 0; d < mean.length; d++) {
                double x = rows.get(i, d) - mean[d];
                sum += x * x;
            }
        }
        return new Centring(mean, sum > 0 ? (float) Math.sqrt(sum / rows.rows()) : 1);
    }

    /** {@code (x - mean) / size}. */
    FloatMatrix centred(FloatMatrix rows) {
        FloatMatrix out = FloatMatrix.zeros(rows.rows(), rows.columns());
        for (int i = 0; i < out.values().length; i++) {
            out.values()[i] = (rows.values()[i] - mean[i % mean.length]) / size;
        }
        return out;
    }

    /** {@code x size + mean}. */
    FloatMatrix restored(FloatMatrix rows) {
        FloatMatrix out = backward(rows);
        for (int i = 0; i < out.values().length; i++) {
            out.values()[i] += mean[i % mean.length];
        }
        return out;
    }

    /** From the gradient of restored rows to that of what was restored. */
    FloatMatrix backward(FloatMatrix gradient) {
        FloatMatrix out = FloatMatrix.zeros(gradient.rows(), gradient.columns());
        FloatMatrix.addScaled(out.values(), 0, size, gradient.values(), 0, out.values().length);
        return out;
    }
}
