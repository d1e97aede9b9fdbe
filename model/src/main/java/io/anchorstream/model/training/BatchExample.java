package io.anchorstream.model.training;

import java.util.List;

import io.anchorstream.model.image.CanonicalImage;

/**
 * One item of a mini-batch.
 *
 * @param label weak label, {@code >= 0}; {@code -1} = none (takes no part as positive or negative)
 * @param confidence of the label, 0..1
 * @param fresh true the first time the item is in a batch, false = replay
 * @param textVector unit text vector {@code float[T]}, or of length 0 when there is none
 * @param attributes of the catalogue, as {@code name=value}
 */
@SuppressWarnings("ArrayRecordComponent") // read-only view of a message, never compared
public record BatchExample(
        String itemId,
        long label,
        float confidence,
        boolean fresh,
        CanonicalImage image,
        float[] textVector,
        List<String> attributes) {
    public BatchExample {
        attributes = List.copyOf(attributes);
    }

    /** Without attributes. */
    public BatchExample(
            String itemId, long label, float confidence, boolean fresh, CanonicalImage image, float[] textVector) {
        this(itemId, label, confidence, fresh, image, textVector, List.of());
    }
}
