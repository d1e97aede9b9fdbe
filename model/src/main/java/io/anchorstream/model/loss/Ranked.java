package io.anchorstream.model.loss;

import java.util.Arrays;

/** Items in ascending order of a number; equal numbers in the order of their index. */
final class Ranked {
    private final float[] ranks;
    private final int[] items;

    private Ranked(float[] ranks, int[] items) {
        this.ranks = ranks;
        this.items = items;
    }

    static Ranked of(float[] ranks, int[] items) {
        long[] keys = new long[ranks.length];
        for (int k = 0; k < keys.length; k++) {
            // + 0f turns -0 into 0. Flipping the lower bits of negative floats makes their bit pattern ordered.
            int bits = Float.floatToIntBits(ranks[k] + 0f);
            int ordered = bits ^ ((bits >> 31) & 0x7fffffff);
            keys[k] = ((long) ordered << 32) | k;
        }
        Arrays.sort(keys);
        float[] sortedRanks = new float[keys.length];
        int[] sortedItems = new int[keys.length];
        for (int k = 0; k < keys.length; k++) {
            int source = (int) keys[k];
            sortedRanks[k] = ranks[source];
            sortedItems[k] = items[source];
        }
        return new Ranked(sortedRanks, sortedItems);
    }

    int size() {
        return ranks.length;
    }

    int item(int position) {
        return items[position];
    }

    float rank(int position) {
        return ranks[position];
    }

    /** First position whose number is above the bound; {@link #size} if none. */
    int firstAbove(float bound) {
        int low = 0;
        int high = ranks.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ranks[middle] > bound) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** First position whose number is not below the bound; {@link #size} if none. */
    int firstNotBelow(float bound) {
        int low = 0;
        int high = ranks.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ranks[middle] >= bound) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** First of the positions that share this one's number. */
    int firstOf(int position) {
        return firstNotBelow(ranks[position]);
    }
}
