package io.anchorstream.service.index;

/**
 * One neighbour.
 *
 * @param distance cosine distance, {@code 0..2}; 0 = the same direction
 * @param label weak label at the time of embedding, -1 = none
 * @param modelVersion that made the neighbour's vector
 */
public record VectorHit(String itemId, float distance, long label, long modelVersion) {}
