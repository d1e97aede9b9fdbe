package io.anchorstream.topology.batching;

import java.util.Arrays;

/**
 * A small sorted set of longs with access by rank. Sorted, so that a draw by rank does not depend on the order of
 * insertion, which a restart would lose.
 */
final class SortedLongs {
    private static final long[] NONE = {};

    /** There are two sets a label, most of them with one number or none. */
    private long[] values = NONE;

    private int size;

    int size() {
        return size;
    }

    long get(int rank) {
        return values[rank];
    }

    boolean contains(long value) {
        return Arrays.binarySearch(values, 0, size, value) >= 0;
    }

    void add(long value) {
        int at = Arrays.binarySearch(values, 0, size, value);
        if (at >= 0) {
            return;
        }
        int place = -at - 1;
        if (size == values.length) {
            values = Arrays.copyOf(values, Math.max(1, size * 2));
        }
        System.arraycopy(values, place, values, place + 1, size - place);
        values[place] = value;
        size++;
    }

    boolean remove(long value) {
        int at = Arrays.binarySearch(values, 0, size, value);
        if (at < 0) {
            return false;
        }
        System.arraycopy(values, at + 1, values, at, size - at - 1);
        size--;
        return true;
    }

    long[] toArray() {
        return Arrays.copyOf(values, size);
    }
}
