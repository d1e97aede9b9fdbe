package io.anchorstream.topology.labelling;

import java.util.Locale;
import java.util.SplittableRandom;

import org.jspecify.annotations.Nullable;

/**
 * Chooses the block in which an item is clustered; blocks are the unit of scaling, since a block lives on one partition
 * and no label spans two. A rule's label has a block of its own, so that it gets one permanent id whatever the category.
 * Without rule and category the block is a SimHash of the text vector: the signs of a few fixed random projections.
 */
public final class BlockChooser {
    /** Blocks over which items that nothing can be said of are spread; they are never clustered. */
    private static final int UNLABELLED = 64;

    private static final long PLANES_SEED = 0x51a5_4a54_11b1_0c45L;

    private final int bits;
    private float[][] planes = new float[0][];

    /** @param bits of the text hash; 2^bits blocks of items without category */
    public BlockChooser(int bits) {
        this.bits = bits;
    }

    /**
     * @param ruleLabel what the labelling functions chose, or null
     * @param vector text vector, of length 0 when there is none
     */
    public String block(String itemId, @Nullable String ruleLabel, @Nullable String category, float[] vector) {
        if (ruleLabel != null) {
            return "rule:" + ruleLabel;
        }
        if (vector.length == 0) {
            return "none:" + Math.floorMod(itemId.hashCode(), UNLABELLED);
        }
        if (category != null && !category.isBlank()) {
            return "category:" + category.strip().toLowerCase(Locale.ROOT);
        }
        return "text:" + Integer.toHexString(simHash(vector));
    }

    private int simHash(float[] vector) {
        if (planes.length != bits || (bits > 0 && planes[0].length != vector.length)) {
            planes = planes(vector.length);
        }
        int hash = 0;
        for (int bit = 0; bit < bits; bit++) {
            float dot = 0;
            for (int i = 0; i < vector.length; i++) {
                dot += planes[bit][i] * vector[i];
            }
            hash = hash << 1 | (dot >= 0 ? 1 : 0);
        }
        return hash;
    }

    private float[][] planes(int dimension) {
        SplittableRandom random = new SplittableRandom(PLANES_SEED);
        float[][] made = new float[bits][dimension];
        for (float[] plane : made) {
            for (int i = 0; i < dimension; i++) {
                // Sum of uniforms: near enough to a Gaussian for directions.
                plane[i] = (float) (random.nextDouble() + random.nextDouble() + random.nextDouble() - 1.5);
            }
        }
        return made;
    }
}
