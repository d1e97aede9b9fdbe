package io.anchorstream.service.index;

/** A vector of one generation, version or dimension met an index of another. Nothing was compared. */
public final class MixedVectorsException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public MixedVectorsException(String message) {
        super(message);
    }
}
