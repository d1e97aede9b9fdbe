/** Kafka serialisers and deserialisers for Avro records in Confluent's wire format. */
@NullMarked
package io.anchorstream.schemas.serde;

import org.jspecify.annotations.NullMarked;
