package io.anchorstream.model.evaluation;

/**
 * What each query scored, in the order of the rows, so that two models can be compared query by query.
 *
 * @param recallAt1 {@code double[N]} 1 or 0; NaN where the row was no query
 * @param mapAtR {@code double[N]} 0..1; NaN where the row was no query
 */
@SuppressWarnings("ArrayRecordComponent") // columns of a table, compared by no one
public record QueryScores(double[] recallAt1, double[] mapAtR) {}
