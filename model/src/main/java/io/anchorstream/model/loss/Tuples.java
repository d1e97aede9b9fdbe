package io.anchorstream.model.loss;

/**
 * Rows that belong together: the k-th negative of anchor i is row {@code i * perAnchor + k}, and anchors and positives are
 * repeated for it.
 */
record Tuples(FloatMatrix anchors, FloatMatrix positives, FloatMatrix negatives, int perAnchor) {

    Tuples withNegatives(FloatMatrix others) {
        return new Tuples(anchors, positives, others, perAnchor);
    }

    static Tuples zeros(int rows, int columns, int perAnchor) {
        return new Tuples(
                FloatMatrix.zeros(rows, columns),
                FloatMatrix.zeros(rows, columns),
                FloatMatrix.zeros(rows, columns),
                perAnchor);
    }

    int rows() {
        return anchors.rows();
    }
}
