package io.anchorstream.topology.labelling;

/**
 * Leader clustering.
 *
 * @param join cosine of two single items from which they are of one class; larger classes are held to what it means for
 *     them; 0 = found from the texts of each block
 * @param merge cosine between two centroids from which they become one, above {@code join} and never
 *     below what is found in its place; 0 = when the items of the two
 *     are as alike as {@code join} asks
 * @param stepCap the centroid moves by {@code 1 / min(members, stepCap)}, so that an old class can still follow
 * @param maxClassesPerBlock the least recently used class of a block makes room for a new one
 * @param textBits bits of the coarse hash that is the block of items without category; 2^bits blocks
 */
public record ClusterSettings(float join, float merge, int stepCap, int maxClassesPerBlock, int textBits) {
    public ClusterSettings {
        if (!(join >= 0 && join < 1)) {
            throw new IllegalArgumentException("the joining cosine lies between 0 (find it) and 1, not " + join);
        }
        if (merge != 0 && !(merge > join && merge <= 1)) {
            throw new IllegalArgumentException(
                    "the merging cosine is 0 (follow the joining one) or lies above the joining" + " one (" + join
                            + ") and up to 1, not " + merge);
        }
        if (stepCap < 1 || maxClassesPerBlock < 2 || textBits < 0 || textBits > 16) {
            throw new IllegalArgumentException("a step cap of at least 1, at least 2 classes a block and 0 to 16 bits "
                    + "are needed, not " + stepCap + ", " + maxClassesPerBlock + ", " + textBits);
        }
    }

    /** Whether the joining cosine is found from the texts. */
    boolean findsJoin() {
        return join == 0;
    }

    /** Joining and merging found from the texts, step cap 50, 20,000 classes a block, 16 text blocks. */
    public static ClusterSettings defaults() {
        return new ClusterSettings(0, 0, 50, 20_000, 4);
    }
}
