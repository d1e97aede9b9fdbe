package io.anchorstream.model.loss;

/** Rows scaled to unit length, and the way back for their gradient. A zero row stays zero and gets no gradient. */
final class UnitRows {
    private final FloatMatrix unit;
    private final double[] norms;

    private UnitRows(FloatMatrix unit, double[] norms) {
        this.unit = unit;
        this.norms = norms;
    }

    static UnitRows of(FloatMatrix raw) {
        int n = raw.rows();
        int width = raw.columns();
        FloatMatrix unit = FloatMatrix.zeros(n, width);
        double[] norms = new double[n];
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int d = 0; d < width; d++) {
                double x = raw.get(i, d);
                sum += x * x;
            }
            norms[i] = Math.sqrt(sum);
            if (norms[i] > 0) {
                for (int d = 0; d < width; d++) {
                    unit.values()[i * width + d] = (float) (raw.get(i, d) / norms[i]);
                }
            }
        }
        return new UnitRows(unit, norms);
    }

    FloatMatrix unit() {
        return unit;
    }

    /** Turns d loss / d unit rows into d loss / d raw rows: {@code (g - e (e.g)) / |x|}. */
    FloatMatrix backward(FloatMatrix gradient) {
        int width = unit.columns();
        FloatMatrix out = FloatMatrix.zeros(unit.rows(), width);
        for (int i = 0; i < unit.rows(); i++) {
            if (norms[i] == 0) {
                continue;
            }
            double along = 0;
            for (int d = 0; d < width; d++) {
                along += (double) unit.get(i, d) * gradient.get(i, d);
            }
            for (int d = 0; d < width; d++) {
                out.values()[i * width + d] = (float) ((gradient.get(i, d) - along * unit.get(i, d)) / norms[i]);
            }
        }
        return out;
    }

    /** Root mean squared distance of the unit rows to their mean: 0 = collapsed, 1 = spread over the sphere. */
    double spread() {
        int n = unit.rows();
        if (n == 0) {
            return 0;
        }
        double sum = 0;
        for (int d = 0; d < unit.columns(); d++) {
            double mean = 0;
            for (int i = 0; i < n; i++) {
                mean += unit.get(i, d);
            }
            mean /= n;
            for (int i = 0; i < n; i++) {
                double x = unit.get(i, d) - mean;
                sum += x * x;
            }
        }
        return Math.sqrt(sum / n);
    }
}
