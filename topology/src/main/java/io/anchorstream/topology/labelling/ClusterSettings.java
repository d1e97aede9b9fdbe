package io.anchorstream.topology.labelling;

/**
 * Leader clustering.
 *
 * @param join cosine of two single items from which they are of one class; larger classes are held to what it means for them
 * @param merge cosine between two centroids from which they become one; above {@code join}, or classes would flap
 * @param stepCap the centroid moves by {@code 1 / min(members, stepCap)}, so that an old class can still follow
 * @param maxClassesPerBlock the least recently used class of a block makes room for a new one
 * @param textBits bits of the coarse hash that is the block of items without category; 2^bits blocks
 */
public record ClusterSettings(float join, float merge, int stepCap, int maxClassesPerBlock, int textBits) {
    public ClusterSettings {
        if (!(join > 0 && join < 1)) {
            throw new IllegalArgumentException("the joining cosine lies between 0 and 1, not " + join);
        }
        if (!(merge > join && merge <= 1)) {
            throw new IllegalArgumentException(
                    "the merging cosine lies above the joining one (" + join + ") and up to 1, not " + merge);
        }
        if (stepCap < 1 || maxClassesPerBlock < 2 || textBits < 0 || textBits > 16) {
            throw new IllegalArgumentException("a step cap of at least 1, at least 2 classes a block and 0 to 16 bits "
                    + "are needed, not " + stepCap + ", " + maxClassesPerBlock + ", " + textBits);
        }
    }

    /** Join at 0.7, merge at 0.95, step cap 50, 20,000 classes a block, 16 text blocks. */
    public static ClusterSettings defaults() {
        return new ClusterSettings(0.7f, 0.95f, 50, 20_000, 4);
    }
}
