package io.anchorstream.model.loss;

import java.util.HashMap;
import java.util.Map;

/**
 * Keeps a new version searchable in the index of the one before: a triplet against the old space, whose anchor is the
 * item's new vector, whose positive is its old vector, and whose negative is the nearest old vector of another label
 * (CVS, arXiv 2205.13384). Only the order of neighbours is held: pulling each vector to its old place by plain L2 is known
 * to fail (BCT, arXiv 2003.11942).
 *
 * @param weight of the term beside the loss
 */
public record CompatibilityTerm(double weight) {
    /** Name of the option that every loss has; 0 = off. */
    public static final String OPTION = "compatibility-weight";

    private static final double MARGIN = 0.1;

    /**
     * A loss with the term added.
     *
     * @param old {@code float[N][D]} unit vectors of the same pictures by the version before
     */
    public LossResult addTo(LossResult own, LossBatch batch, FloatMatrix old) {
        int n = batch.size();
        int d = old.columns();
        FloatMatrix gradient = new FloatMatrix(n, d, own.gradient().values().clone());
        double sum = 0;
        int active = 0;
        for (int i = 0; i < n; i++) {
            float[] raw = batch.embeddings().row(i);
            double norm = Math.sqrt(dot(raw, raw));
            int negative = batch.labels()[i] < 0 || norm == 0 ? -1 : hardest(batch, old, raw, i);
            if (negative < 0) {
                continue;
            }
            float[] positive = old.row(i);
            float[] other = old.row(negative);
            double term = MARGIN + (dot(raw, other) - dot(raw, positive)) / norm;
            if (term <= 0) {
                continue;
            }
            sum += term;
            active++;
            // through the normalisation: the part of (other - positive) across the vector, over its length
            double along = (dot(raw, other) - dot(raw, positive)) / (norm * norm);
            for (int c = 0; c < d; c++) {
                double slope = (other[c] - positive[c] - along * raw[c]) / norm;
                gradient.values()[i * d + c] += (float) (weight * slope / n);
            }
        }
        Map<String, Double> metrics = new HashMap<>(own.metrics());
        metrics.putIfAbsent(LossResult.METRIC_LOSS, own.loss());
        metrics.put("loss.compatibility", sum / Math.max(1, n));
        metrics.put("compatibility.active", (double) active / Math.max(1, n));
        return new LossResult(
                own.loss() + weight * sum / Math.max(1, n), gradient, own.validAnchors(), own.activeShare(), metrics);
    }

    private static int hardest(LossBatch batch, FloatMatrix old, float[] raw, int anchor) {
        int hardest = -1;
        double nearest = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < batch.size(); j++) {
            long label = batch.labels()[j];
            if (label < 0 || label == batch.labels()[anchor]) {
                continue;
            }
            double cosine = dot(raw, old.row(j));
            if (cosine > nearest) {
                nearest = cosine;
                hardest = j;
            }
        }
        return hardest;
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
