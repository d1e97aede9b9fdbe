package io.anchorstream.topology.embedding;

import io.anchorstream.avro.ItemEmbedding;
import io.anchorstream.avro.RefreshReport;

/** What leaves the embedding step of a partition. */
sealed interface Emission {

    /** A vector of the item that is the record's key. */
    record Vector(ItemEmbedding embedding) implements Emission {}

    /** The item that is the record's key was deleted. */
    record Gone() implements Emission {}

    /** How far the partition is. */
    record Report(RefreshReport report) implements Emission {}
}
