package io.anchorstream.model.loss;

import java.util.Optional;

/**
 * What a loss sees of a mini-batch of N items.
 *
 * @param step number of the training step, counting from 1
 * @param embeddings {@code float[N][D]} as they leave the network, not normalised
 * @param labels {@code long[N]}; {@code -1} = none: neither positive nor negative of anything
 * @param items {@code long[N]} a stable key (hash) of the item id; equal keys are the same item, whose stored copies are
 *     never an anchor's own positive
 * @param textVectors {@code float[N][T]} unit vectors as the encoder made them (centring is done here); length 0 = no text
 * @param confidence {@code float[N]} of the label, 0..1
 * @param fresh {@code boolean[N]} false = replay
 * @param attributes {@code long[N][]} ascending keys (hashes) of each item's attributes; none = nothing is known of it
 * @param head the network's last layer, where the loss {@link MetricLoss#needsHead asks for it}
 */
@SuppressWarnings("ArrayRecordComponent") // working arrays of one step, compared by no one
public record LossBatch(
        long step,
        FloatMatrix embeddings,
        long[] labels,
        long[] items,
        float[][] textVectors,
        float[] confidence,
        boolean[] fresh,
        long[][] attributes,
        Optional<FeatureHead> head) {

    /** Of items whose attributes are not known. */
    public LossBatch(
            long step,
            FloatMatrix embeddings,
            long[] labels,
            long[] items,
            float[][] textVectors,
            float[] confidence,
            boolean[] fresh) {
        this(
                step,
                embeddings,
                labels,
                items,
                textVectors,
                confidence,
                fresh,
                new long[labels.length][0],
                Optional.empty());
    }

    public LossBatch {
        int n = embeddings.rows();
        if (labels.length != n
                || items.length != n
                || textVectors.length != n
                || confidence.length != n
                || fresh.length != n
                || attributes.length != n) {
            throw new IllegalArgumentException("a batch of " + n + " embeddings with " + labels.length + " labels, "
                    + items.length + " items, " + textVectors.length + " text vectors, " + confidence.length
                    + " confidences, " + fresh.length + " fresh flags and " + attributes.length
                    + " attribute sets: all must have one entry per row");
        }
    }

    /** The same items under other labels. */
    LossBatch withLabels(long[] others) {
        return new LossBatch(step, embeddings, others, items, textVectors, confidence, fresh, attributes, head);
    }

    /** The same with the network's last layer. */
    public LossBatch withHead(FeatureHead layer) {
        return new LossBatch(
                step, embeddings, labels, items, textVectors, confidence, fresh, attributes, Optional.of(layer));
    }

    public int size() {
        return embeddings.rows();
    }
}
