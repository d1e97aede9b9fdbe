package io.anchorstream.model.evaluation;

import io.anchorstream.model.loss.FloatMatrix;

/**
 * Vectors to search among, and what counts as found. Every row is a query once.
 *
 * @param unit {@code float[N][D]} unit rows
 * @param relevance {@code long[N]} rows with the same key are relevant to each other; negative = never a query, never
 *     relevant, but in the gallery
 * @param excluded {@code long[N]} rows with the query's key are taken out of its gallery (same-product rows, when only
 *     meaning is asked for); negative keys match nothing; of length 0 = none
 * @param domains {@code int[N]}; of length 0 = one domain
 */
@SuppressWarnings("ArrayRecordComponent") // a view for one scoring
public record RetrievalSet(FloatMatrix unit, long[] relevance, long[] excluded, int[] domains) {

    public RetrievalSet {
        int n = unit.rows();
        if (relevance.length != n
                || (excluded.length != 0 && excluded.length != n)
                || (domains.length != 0 && domains.length != n)) {
            throw new IllegalArgumentException(n + " vectors with " + relevance.length + " relevance keys, "
                    + excluded.length + " exclusion keys and " + domains.length + " domains");
        }
    }

    /** One domain, nothing excluded but the query itself. */
    public RetrievalSet(FloatMatrix unit, long[] relevance) {
        this(unit, relevance, new long[0], new int[0]);
    }

    boolean excludes(int query, int row) {
        return query == row || (excluded.length > 0 && excluded[query] >= 0 && excluded[query] == excluded[row]);
    }

    int domain(int row) {
        return domains.length == 0 ? 0 : domains[row];
    }
}
