package io.anchorstream.topology.embedding;

import java.util.Map;

import io.anchorstream.avro.CanonicalItem;
import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.ItemEmbedding;
import io.anchorstream.avro.RefreshReport;
import io.anchorstream.avro.WeakLabel;
import io.anchorstream.schemas.registry.SchemaRegistry;
import io.anchorstream.schemas.serde.AvroSerde;
import io.anchorstream.schemas.topics.Topics;
import org.apache.kafka.common.serialization.Serde;

/** Names and serdes of the topics that embedding reads and writes. */
public record EmbedTopics(
        String images,
        String labels,
        String embeddings,
        String generations,
        Serde<CanonicalItem> imageSerde,
        Serde<WeakLabel> labelSerde,
        Serde<ItemEmbedding> embeddingSerde,
        Serde<GenerationEvent> generationSerde,
        Serde<RefreshReport> reportSerde) {

    /** As the topic catalogue names them, in Avro over one registry. */
    public static EmbedTopics of(Topics topics, Map<String, ?> serdeConfig, SchemaRegistry registry) {
        return new EmbedTopics(
                topics.catalogImages().name(),
                topics.catalogLabels().name(),
                topics.catalogEmbeddings().name(),
                topics.catalogGenerations().name(),
                AvroSerde.of(CanonicalItem.class, serdeConfig, registry),
                AvroSerde.of(WeakLabel.class, serdeConfig, registry),
                AvroSerde.of(ItemEmbedding.class, serdeConfig, registry),
                AvroSerde.of(GenerationEvent.class, serdeConfig, registry),
                AvroSerde.of(RefreshReport.class, serdeConfig, registry));
    }
}
