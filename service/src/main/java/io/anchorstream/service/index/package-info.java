/**
 * The reference downstream: consumes embeddings read-committed, keeps one Lucene HNSW index per generation and answers
 * nearest-neighbour queries. Knows nothing of HTTP.
 */
@NullMarked
package io.anchorstream.service.index;

import org.jspecify.annotations.NullMarked;
