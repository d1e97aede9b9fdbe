package io.anchorstream.model.evaluation;

import java.util.OptionalDouble;
import java.util.stream.DoubleStream;

/**
 * What each query scored, in the order of the rows, so that two models can be compared query by query.
 *
 * @param recallAt1 {@code double[N]} 1 or 0; NaN where the row was no query
 * @param recallAt10 {@code double[N]} the same within the ten nearest
 * @param mapAtR {@code double[N]} 0..1; NaN where the row was no query
 */
@SuppressWarnings("ArrayRecordComponent") // columns of a table, compared by no one
public record QueryScores(double[] recallAt1, double[] recallAt10, double[] mapAtR) {

    /** Mean of a column over its queries; empty when there are none. */
    public static OptionalDouble mean(double[] column) {
        return DoubleStream.of(column).filter(score -> !Double.isNaN(score)).average();
    }
}
