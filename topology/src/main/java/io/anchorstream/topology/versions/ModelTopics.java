package io.anchorstream.topology.versions;

import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.WeightChunk;
import org.apache.kafka.common.serialization.Serde;

/**
 * Where versions and weights are, and how they are written.
 *
 * @param versions name of {@code model.versions}
 * @param weights name of {@code model.weights}
 */
public record ModelTopics(
        String versions, String weights, Serde<ModelVersion> versionSerde, Serde<WeightChunk> chunkSerde) {}
