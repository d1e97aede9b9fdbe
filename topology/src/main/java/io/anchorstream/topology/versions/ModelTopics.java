package io.anchorstream.topology.versions;

import java.util.Map;

import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.WeightChunk;
import io.anchorstream.schemas.registry.SchemaRegistry;
import io.anchorstream.schemas.serde.AvroSerde;
import io.anchorstream.schemas.topics.Topics;
import org.apache.kafka.common.serialization.Serde;

/**
 * Where versions and weights are, and how they are written.
 *
 * @param versions name of {@code model.versions}
 * @param weights name of {@code model.weights}
 * @param checkpoints name of {@code model.checkpoints}
 */
public record ModelTopics(
        String versions,
        String weights,
        String checkpoints,
        Serde<ModelVersion> versionSerde,
        Serde<WeightChunk> chunkSerde) {

    /** As the topic catalogue names them, in Avro over one registry. */
    public static ModelTopics of(Topics topics, Map<String, ?> serdeConfig, SchemaRegistry registry) {
        return new ModelTopics(
                topics.modelVersions().name(),
                topics.modelWeights().name(),
                topics.modelCheckpoints().name(),
                AvroSerde.of(ModelVersion.class, serdeConfig, registry),
                AvroSerde.of(WeightChunk.class, serdeConfig, registry));
    }
}
