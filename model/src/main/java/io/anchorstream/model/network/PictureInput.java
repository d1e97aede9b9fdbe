package io.anchorstream.model.network;

import java.nio.FloatBuffer;

import ai.djl.ndarray.types.Shape;
import io.anchorstream.model.image.CanonicalImage;

/** How a picture becomes one row of a network's input. Safe for use by several threads. */
public interface PictureInput {

    /** Values for one picture. */
    int length();

    /** The input of {@code rows} pictures. */
    Shape shape(int rows);

    /**
     * Writes one whole picture, unvaried.
     *
     * @param offset where in {@code out} to begin
     */
    void whole(CanonicalImage image, FloatBuffer out, int offset);
}
