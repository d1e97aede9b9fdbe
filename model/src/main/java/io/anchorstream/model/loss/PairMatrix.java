package io.anchorstream.model.loss;

import java.util.Arrays;

/**
 * Anchors compared with candidates: the batch with itself, or the batch with the memory. Entry {@code (i, j)} is at
 * {@code i * candidates + j}.
 *
 * @param withinBatch candidates are the anchors themselves, in the same order
 * @param values the measure of each pair
 * @param relations {@link #POSITIVE}, {@link #NEGATIVE} or {@link #IGNORED} for each pair
 * @param textDistances squared distance of the text vectors, 0..4, {@code NaN} where one is missing; of length 0 when the
 *     loss does not read text
 * @param attributeDistances attributes that only one of the two has, {@code NaN} where nothing is known of one; of length 0
 *     when the loss does not read them
 * @param missingTextDistance what to take where it is {@code NaN}: the running mean, so that items without text are
 *     pushed with the same average force as the rest
 */
@SuppressWarnings("ArrayRecordComponent") // working arrays of one step
record PairMatrix(
        int anchors,
        int candidates,
        boolean withinBatch,
        float[] values,
        byte[] relations,
        float[] textDistances,
        float[] attributeDistances,
        float missingTextDistance) {

    static final byte IGNORED = 0;
    static final byte POSITIVE = 1;
    static final byte NEGATIVE = 2;

    float value(int anchor, int candidate) {
        return values[anchor * candidates + candidate];
    }

    boolean positive(int anchor, int candidate) {
        return relations[anchor * candidates + candidate] == POSITIVE;
    }

    boolean negative(int anchor, int candidate) {
        return relations[anchor * candidates + candidate] == NEGATIVE;
    }

    boolean hasText() {
        return textDistances.length > 0;
    }

    /** Squared text distance, the running mean where one of the two has no text. */
    float textDistance(int anchor, int candidate) {
        float distance = textDistances[anchor * candidates + candidate];
        return Float.isNaN(distance) ? missingTextDistance : distance;
    }

    /** Candidates in the relation to the anchor, ascending. */
    int[] related(int anchor, byte relation) {
        int[] found = new int[candidates];
        int count = 0;
        int start = anchor * candidates;
        for (int j = 0; j < candidates; j++) {
            if (relations[start + j] == relation) {
                found[count++] = j;
            }
        }
        return Arrays.copyOf(found, count);
    }
}
