package io.anchorstream.topology.labelling;

/**
 * A class of one block.
 *
 * @param id permanent
 * @param centroid unit vector {@code float[T]}
 * @param members items that joined so far
 * @param lastUsed running number of the last item that joined
 */
@SuppressWarnings("ArrayRecordComponent") // written and read back, never compared
record Cluster(long id, String block, float[] centroid, long members, long lastUsed) {}
