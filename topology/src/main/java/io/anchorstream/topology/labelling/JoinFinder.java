package io.anchorstream.topology.labelling;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * Finds the joining cosine of each block from the texts that came, see {@link JoinCurve}. A block with few texts leans on
 * all blocks of the partition together. The first {@link #BLOCKS} blocks keep a sample, which bounds the memory; of a
 * stream that comes as it is these are the large ones, and each other block goes by what they say together. One thread
 * owns it.
 */
final class JoinFinder {
    /** Blocks that keep a sample. */
    static final int BLOCKS = 256;
    /** Until so many texts were measured, {@link #START} holds. */
    private static final int FEW = 24;

    private static final float START = 0.65f;
    /** The partition's curve counts as much as so many texts of the block. */
    private static final double TEXTS_OF_ALL = 256;

    private final ClusterJournal journal;
    private final Map<String, TextSample> samples = new TreeMap<>();
    private final long[] all = new long[JoinCurve.POINTS];
    /** Found thresholds by block; each holds until a curve changes. */
    private final Map<String, Float> found = new HashMap<>();

    private float foundOfAll = Float.NaN;
    private long items;

    JoinFinder(ClusterJournal journal) {
        this.journal = journal;
    }

    /** Takes in the text of an item that the block did not know. */
    void see(String block, float[] vector) {
        @Nullable TextSample sample = sample(block);
        if (sample == null) {
            return;
        }
        int slot = sample.offer(vector);
        if (slot >= 0) {
            journal.sample(block, slot, vector, sample.changes());
        }
        if (sample.due()) {
            count(sample.measured(), -1);
            sample.measure();
            count(sample.measured(), 1);
            journal.measured(block, sample.measured());
        }
    }

    /** What cosine of two items makes them one class in this block now. */
    float join(String block) {
        if (items < FEW) {
            return START;
        }
        @Nullable Float known = found.get(block);
        if (known != null) {
            return known;
        }
        @Nullable TextSample sample = samples.get(block);
        if (sample != null) {
            float join = best(sample.measured().curve());
            found.put(block, join);
            return join;
        }
        if (Float.isNaN(foundOfAll)) {
            foundOfAll = best(new long[JoinCurve.POINTS]);
        }
        return foundOfAll;
    }

    /** The block's sample, null where there is no room for one. */
    private @Nullable TextSample sample(String block) {
        @Nullable TextSample known = samples.get(block);
        if (known == null && samples.size() < BLOCKS) {
            known = new TextSample();
            samples.put(block, known);
        }
        return known;
    }

    private void count(TextSample.Measured measured, int sign) {
        found.clear();
        foundOfAll = Float.NaN;
        items += (long) sign * measured.items();
        for (int point = 0; point < all.length; point++) {
            all[point] += sign * measured.curve()[point];
        }
    }

    /** The threshold of the highest score; of equal ones the middle. */
    private float best(long[] own) {
        int[] highest = new int[JoinCurve.POINTS];
        int count = 0;
        double most = 0;
        for (int point = 0; point < all.length; point++) {
            double score = TEXTS_OF_ALL * all[point] / items + own[point];
            if (count == 0 || score > most) {
                count = 0;
                most = score;
            }
            if (score == most) {
                highest[count++] = point;
            }
        }
        return JoinCurve.threshold(highest[count / 2]);
    }

    /** Takes a text back from the journal; the slots of a block come in order. */
    void restore(String block, float[] vector, long change) {
        @Nullable TextSample sample = sample(block);
        if (sample != null) {
            sample.restore(vector, change);
        }
    }

    /** Takes a block's curve back from the journal. */
    void restore(String block, TextSample.Measured measured) {
        @Nullable TextSample sample = sample(block);
        if (sample != null) {
            sample.restore(measured);
            count(measured, 1);
        }
    }
}
