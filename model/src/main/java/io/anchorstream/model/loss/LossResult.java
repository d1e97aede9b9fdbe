package io.anchorstream.model.loss;

import java.util.Map;

/**
 * A loss and its gradient.
 *
 * @param loss exactly 0 when nothing in the batch can teach
 * @param gradient {@code float[N][D]}: d loss / d embeddings, to be fed back through the network
 * @param validAnchors items that had something to learn from (a positive and a negative, where the loss needs both)
 * @param activeShare share of valid terms (triplets, pairs, ...) above zero
 * @param metrics more numbers by name, e.g. {@code margin.p50}
 */
public record LossResult(
        double loss, FloatMatrix gradient, int validAnchors, double activeShare, Map<String, Double> metrics) {

    /**
     * Metric that holds the loss of the batch alone, without terms whose weight grows while training goes on (memory, text,
     * replay): the one to read as a curve. Absent where the whole loss is that already.
     */
    public static final String METRIC_LOSS = "loss.metric";

    public LossResult {
        metrics = Map.copyOf(metrics);
    }

    /** Whether a step may be taken: something to learn from, and all of it finite. */
    public boolean teaches() {
        return validAnchors > 0 && isFinite();
    }

    public boolean isFinite() {
        if (!Double.isFinite(loss)) {
            return false;
        }
        for (float g : gradient.values()) {
            if (!Float.isFinite(g)) {
                return false;
            }
        }
        return true;
    }
}
