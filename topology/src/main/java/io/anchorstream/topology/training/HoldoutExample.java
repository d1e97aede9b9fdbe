package io.anchorstream.topology.training;

import java.util.Optional;

import io.anchorstream.model.image.CanonicalImage;

/**
 * An item that is never trained on.
 *
 * @param label weak label
 * @param textVector unit text vector {@code float[T]}, or of length 0
 */
@SuppressWarnings("ArrayRecordComponent") // read-only view of a message, never compared
public record HoldoutExample(
        String itemId,
        long label,
        CanonicalImage image,
        float[] textVector,
        Optional<String> category,
        Optional<Truth> truth) {

    /** The same item in another class. */
    HoldoutExample of(long otherLabel) {
        return new HoldoutExample(itemId, otherLabel, image, textVector, category, truth);
    }

    /**
     * What is known for evaluation only.
     *
     * @param test whether the group is kept out of training altogether
     */
    public record Truth(Optional<String> group, Optional<String> domain, boolean test) {}
}
