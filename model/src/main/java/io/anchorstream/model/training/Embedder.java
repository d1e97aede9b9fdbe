package io.anchorstream.model.training;

import java.util.List;

import io.anchorstream.model.image.CanonicalImage;

/** A model ready for inference. Safe for use by several threads; results do not depend on what else is in the call. */
public interface Embedder extends AutoCloseable {

    /** Length of the vectors. */
    int dimension();

    /** One unit vector {@code float[dimension]} per picture, in order. */
    float[][] embed(List<CanonicalImage> images);

    @Override
    void close();
}
