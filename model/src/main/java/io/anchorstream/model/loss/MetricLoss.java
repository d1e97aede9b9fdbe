package io.anchorstream.model.loss;

/**
 * A metric-learning loss with whatever it learns itself (proxies, centres, maps). One training step is
 *
 * <pre>
 * LossResult result = loss.evaluate(batch, memory);
 * if (result.teaches()) {
 *     // backward from the embeddings with result.gradient(), clip, step the network's optimiser
 *     loss.update(1.0);
 * }
 * memory.put(...);
 * </pre>
 *
 * Deterministic: the same calls give the same bits. Not thread-safe: the trainer's thread owns it.
 */
public interface MetricLoss {

    /**
     * Value and gradient. Running statistics (text mean, centroids) take the batch in; learnt parameters do not change
     * before {@link #update}.
     *
     * @param memory rows of earlier batches; may be empty
     */
    LossResult evaluate(LossBatch batch, EmbeddingMemory memory);

    /**
     * Moves the loss's own parameters along the gradient that the last {@link #evaluate} found. Called only when the
     * network takes the step too.
     *
     * @param rateFactor the network's learning rate now over its base rate; 1 without a schedule
     */
    void update(double rateFactor);

    /** How much vectors should speak of the texts beside the products, 1 = the usual share, 0 = nothing. */
    default double semanticWeight() {
        return 0;
    }

    /** Whether something that was asked for does nothing without the cross-batch memory. */
    default boolean needsMemory() {
        return false;
    }

    /** Whether batches should bring {@link LossBatch#head}, which costs a copy of the features. */
    default boolean needsHead() {
        return false;
    }

    /** The stream brings something else than before: what was learnt of its past's level should not bind. */
    default void drifted() {}

    /**
     * Labels of the batch that {@link #evaluate} saw last, as the memory may keep them: {@code -1} where the loss does not
     * believe the label.
     */
    default long[] trusted(LossBatch batch) {
        return batch.labels();
    }

    /** Writes everything that {@link #load} needs to go on bit-identically. */
    void save(SavedState state);

    /** @throws IllegalArgumentException if the state is of another loss */
    void load(SavedState state);
}
