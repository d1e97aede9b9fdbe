package io.anchorstream.model.training;

import java.util.Map;

import io.anchorstream.model.alignment.Rotation;
import io.anchorstream.model.evaluation.QueryScores;
import io.anchorstream.model.loss.FloatMatrix;

/**
 * What a model did on the hold-out.
 *
 * @param scores 0..1 by name, see {@link HoldoutEvaluator#scores}
 * @param vectors {@code float[N][D]}, one row per picture
 * @param queries by weak label among the pictures outside the test groups; NaN for the others
 */
public record HoldoutSheet(Map<String, Double> scores, FloatMatrix vectors, QueryScores queries) {

    /** The same after a rotation, which changes no score. */
    public HoldoutSheet turned(Rotation rotation) {
        return new HoldoutSheet(scores, rotation.turn(vectors), queries);
    }
}
