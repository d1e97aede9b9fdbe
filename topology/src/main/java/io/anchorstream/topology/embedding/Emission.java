package io.anchorstream.topology.embedding;

import io.anchorstream.avro.ItemEmbedding;
import io.anchorstream.avro.RefreshReport;

/** What leaves the embedding step of a partition. */
sealed interface Emission {

    /** A vector of the item that is the record's key. */
    record Vector(ItemEmbedding embedding) implements Emission {}

    /** The item that is the record's key was deleted. */
    record Gone() implements Emission {}

    /**
     * A record of an input was read. Goes no further than the embedding step.
     *
     * @param picture from {@code catalog.images}, else from {@code catalog.labels}
     */
    record Read(boolean picture, long offset) implements Emission {}

    /** How far the partition is. */
    record Report(RefreshReport report) implements Emission {}
}
