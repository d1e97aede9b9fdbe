package io.anchorstream.model.loss;

import java.util.Map;

/**
 * A loss of a matrix of pair values: triplet, contrastive, multi-similarity, lifted, ... It sees neither embeddings nor
 * memory, so that each works in the batch and against the memory alike.
 */
interface PairLoss {

    Measure measure();

    /** Whether {@link PairMatrix#textDistances} must be filled. */
    default boolean readsText() {
        return false;
    }

    /** Whether {@link PairMatrix#attributeDistances} must be filled. */
    default boolean readsAttributes() {
        return false;
    }

    /** Whether it is nothing of its own without the cross-batch memory. */
    default boolean needsMemory() {
        return false;
    }

    /**
     * Value, and d loss / d value of each pair.
     *
     * @param gradient {@code float[anchors][candidates]}, all zero on entry
     */
    PairTally evaluate(PairMatrix pairs, float[] gradient);

    /** Adds numbers about what {@link #evaluate} found within the batch. */
    default void describe(PairMatrix pairs, PairTally found, Map<String, Double> metrics) {}
}
