package io.anchorstream.model.alignment;

import io.anchorstream.model.loss.FloatMatrix;

/**
 * An orthogonal matrix, reflections included: it changes no distance inside a space.
 *
 * @param matrix {@code float[D][D]}; a row vector x becomes {@code x * matrix}
 */
public record Rotation(FloatMatrix matrix) {
    public Rotation {
        if (matrix.rows() != matrix.columns()) {
            throw new IllegalArgumentException("a rotation is square, not " + matrix.rows() + " x " + matrix.columns());
        }
    }

    public int dimension() {
        return matrix.rows();
    }

    /** All rows turned, {@code float[N][D]}. */
    public FloatMatrix turn(FloatMatrix vectors) {
        FloatMatrix turned = FloatMatrix.zeros(vectors.rows(), dimension());
        vectors.addTimes(matrix, 1, turned);
        return turned;
    }
}
