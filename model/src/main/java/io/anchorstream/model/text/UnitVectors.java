package io.anchorstream.model.text;

/** Scaling to unit length. */
final class UnitVectors {
    private static final double SMALLEST_NORM = 1e-12;

    private UnitVectors() {}

    /** Scales in place; false when the vector has no direction and was left alone. */
    static boolean normalise(float[] vector) {
        double square = 0;
        for (float value : vector) {
            square += (double) value * value;
        }
        double norm = Math.sqrt(square);
        if (!(norm > SMALLEST_NORM)) {
            return false;
        }
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (vector[i] / norm);
        }
        return true;
    }
}
