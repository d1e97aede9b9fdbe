package io.anchorstream.service.index;

/**
 * A vector that says which space it lives in; an index answers only queries of its own space.
 *
 * @param generation whose vectors it may be compared with
 * @param modelVersion that made it
 * @param vector unit vector {@code float[D]}
 */
@SuppressWarnings("ArrayRecordComponent") // handed to one search and never compared
public record QueryVector(long generation, long modelVersion, float[] vector) {}
