package io.anchorstream.model.loss;

import java.util.Arrays;

/**
 * Text distances after centring. Description vectors share a large common part that makes all cosines crowd together;
 * the running mean is taken off before vectors are compared, so that margins vary (METHODS 1.6). Vectors stay as the
 * encoder made them: the mean is applied while comparing, so stored ones follow it too.
 */
final class TextSpace {
    private static final double DISTANCE_RATE = 0.01;

    private final boolean centred;
    private double[] mean = new double[0];
    private long seen;
    private double meanDistance;
    private long batches;

    /** @param centred false = compare vectors as they are */
    TextSpace(boolean centred) {
        this.centred = centred;
    }

    /** Takes the text vectors of a batch into the running mean. */
    void follow(float[][] texts) {
        for (float[] text : texts) {
            if (text.length == 0) {
                continue;
            }
            if (text.length != mean.length) {
                mean = new double[text.length];
                seen = 0;
            }
            seen++;
            for (int d = 0; d < text.length; d++) {
                mean[d] += (text[d] - mean[d]) / seen;
            }
        }
    }

    /** {@link #follow}, and lets the mean distance follow the {@link #distances(float[][])} of the batch: returns these. */
    float[] observe(float[][] texts) {
        follow(texts);
        double sum = 0;
        long pairs = 0;
        float[] distances = distances(texts);
        for (int i = 0; i < texts.length; i++) {
            for (int j = 0; j < i; j++) {
                float distance = distances[i * texts.length + j];
                if (!Float.isNaN(distance)) {
                    sum += distance;
                    pairs++;
                }
            }
        }
        if (pairs > 0) {
            batches++;
            meanDistance += (sum / pairs - meanDistance) * Math.max(1.0 / batches, DISTANCE_RATE);
        }
        return distances;
    }

    /** Mean squared distance of two texts of a batch; 0 before any was seen. */
    float meanDistance() {
        return (float) meanDistance;
    }

    /** Squared distances within a batch, {@code float[N][N]}, {@code NaN} where a text is missing. */
    float[] distances(float[][] texts) {
        Side side = side(texts);
        return distances(side, side);
    }

    /** Squared distances of two sets of texts, which need not be unit vectors, {@code float[N][M]}. */
    float[] distances(float[][] texts, float[][] others) {
        return distances(side(texts), side(others));
    }

    /** Squared distances of a batch to the memory's slots, {@code float[N][used]}. */
    float[] distances(float[][] texts, EmbeddingMemory memory) {
        if (memory.texts().columns() != mean.length || mean.length == 0) {
            float[] none = new float[texts.length * memory.used()];
            Arrays.fill(none, Float.NaN);
            return none;
        }
        boolean[] present = new boolean[memory.used()];
        for (int i = 0; i < present.length; i++) {
            present[i] = memory.hasText(i);
        }
        return distances(side(texts), side(memory.texts(), present));
    }

    /** The centred unit vector, or zeros when the text is missing or is the mean itself. */
    float[] centre(float[] text) {
        float[] out = new float[mean.length];
        if (text.length != mean.length) {
            return out;
        }
        double norm = 0;
        for (int d = 0; d < out.length; d++) {
            double x = text[d] - (centred ? mean[d] : 0);
            out[d] = (float) x;
            norm += x * x;
        }
        norm = Math.sqrt(norm);
        for (int d = 0; d < out.length; d++) {
            out[d] = norm > 1e-6 ? (float) (out[d] / norm) : 0;
        }
        return out;
    }

    /** Rows with what comparing them needs: the dot product with the mean and the length after centring. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Side(FloatMatrix rows, double[] alongMean, double[] norms) {}

    private Side side(float[][] texts) {
        FloatMatrix rows = FloatMatrix.zeros(texts.length, mean.length);
        boolean[] present = new boolean[texts.length];
        for (int i = 0; i < texts.length; i++) {
            present[i] = mean.length > 0 && texts[i].length == mean.length;
            if (present[i]) {
                System.arraycopy(texts[i], 0, rows.values(), i * mean.length, mean.length);
            }
        }
        return side(rows, present);
    }

    private Side side(FloatMatrix rows, boolean[] present) {
        double[] along = new double[rows.rows()];
        double[] norms = new double[rows.rows()];
        double meanSquare = 0;
        for (double m : mean) {
            meanSquare += m * m;
        }
        for (int i = 0; i < rows.rows(); i++) {
            if (!present[i]) {
                continue;
            }
            double square = 0;
            for (int d = 0; d < mean.length; d++) {
                double x = rows.get(i, d);
                square += x * x;
                along[i] += x * mean[d];
            }
            if (!centred) {
                along[i] = 0;
            }
            double norm = Math.sqrt(Math.max(0, centred ? square - 2 * along[i] + meanSquare : square));
            // What is left of the mean text itself has no direction: it counts as no text.
            norms[i] = norm > 1e-3 ? norm : 0;
        }
        return new Side(rows, along, norms);
    }

    private float[] distances(Side a, Side b) {
        int m = b.rows.rows();
        float[] out = a.rows.timesTransposed(b.rows).values();
        double meanSquare = 0;
        for (double x : mean) {
            meanSquare += centred ? x * x : 0;
        }
        for (int i = 0; i < a.rows.rows(); i++) {
            for (int j = 0; j < m; j++) {
                double norms = a.norms[i] * b.norms[j];
                double cosine = (out[i * m + j] - a.alongMean[i] - b.alongMean[j] + meanSquare) / norms;
                out[i * m + j] = norms == 0 ? Float.NaN : (float) Math.min(4, Math.max(0, 2 - 2 * cosine));
            }
        }
        return out;
    }

    void save(SavedState state) {
        state.putDoubles("mean", mean);
        state.putLongs("counts", seen, batches);
        state.putDoubles("mean-distance", meanDistance);
    }

    void load(SavedState state) {
        mean = state.doubles("mean");
        seen = state.longs("counts")[0];
        batches = state.longs("counts")[1];
        meanDistance = state.doubles("mean-distance")[0];
    }
}
