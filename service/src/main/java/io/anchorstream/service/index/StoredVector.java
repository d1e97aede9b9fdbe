package io.anchorstream.service.index;

/**
 * What an index holds of an item.
 *
 * @param vector unit vector {@code float[D]}
 * @param sourceOffset offset in {@code catalog.items} of the item behind the vector
 */
@SuppressWarnings("ArrayRecordComponent") // read-only, never compared
public record StoredVector(String itemId, float[] vector, long label, long sourceOffset) {}
