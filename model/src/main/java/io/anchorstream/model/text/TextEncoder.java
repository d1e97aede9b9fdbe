package io.anchorstream.model.text;

import java.util.List;
import java.util.Optional;

/**
 * Turns a description into a unit vector whose cosines say how alike two descriptions are. Frozen: the same version
 * gives the same vector for the same text, whatever else is in the batch. Safe for use by several threads.
 */
public interface TextEncoder extends AutoCloseable {

    /** Names the encoder and its parameters; vectors of different versions must not be compared. */
    String version();

    /** Length of the vectors. */
    int dimension();

    /** The unit vector {@code float[dimension]}, or empty when the text has nothing to go by. */
    default Optional<float[]> encode(String text) {
        return encode(List.of(text)).get(0);
    }

    /** As {@link #encode(String)}, element by element. */
    List<Optional<float[]>> encode(List<String> texts);

    @Override
    void close();
}
