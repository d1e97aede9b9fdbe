package io.anchorstream.connect;

import io.anchorstream.avro.ItemEmbedding;
import io.anchorstream.schemas.serde.AvroSerde;
import io.confluent.connect.avro.AvroConverter;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.sink.SinkRecord;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What our serialiser writes, read by Confluent's genuine converter, 7.7.0. */
class GenuineConverterTest {
    private static final String TOPIC = "catalog.embeddings";

    @Test
    void givesRecordsThatBecomePoints() throws Exception {
        Map<String, Object> ours = Map.of("schema.registry.url", "mock://points");
        MockSchemaRegistryClient registry = new MockSchemaRegistryClient();
        registry.register(TOPIC + "-value", new AvroSchema(ItemEmbedding.getClassSchema()));
        AvroConverter converter = new AvroConverter(registry);
        converter.configure(Map.of("schema.registry.url", "mock://not-asked"), false);
        byte[] written;
        try (AvroSerde<ItemEmbedding> serde = AvroSerde.of(ItemEmbedding.class, ours)) {
            written = serde.serializer()
                    .serialize(
                            TOPIC,
                            ItemEmbedding.newBuilder()
                                    .setVector(List.of(0.6f, -0.8f))
                                    .setDimension(2)
                                    .setModelVersion(7)
                                    .setGeneration(3)
                                    .setLabel(12)
                                    .build());
        }
        SchemaAndValue read = converter.toConnectData(TOPIC, written);
        QdrantPoint<SinkRecord> transform = new QdrantPoint<>();
        transform.configure(Map.of("generation", "3", "collection", "embeddings-3"));

        SinkRecord point =
                Objects.requireNonNull(
                        transform.apply(new SinkRecord(TOPIC, 0, null, "a1", read.schema(), read.value(), 5)));

        assertThat(point.value())
                .isEqualTo(Map.of(
                        "collection_name",
                        "embeddings-3",
                        "id",
                        "2311939b-95d4-5ae5-9e8e-acd9bfa913ee",
                        "vector",
                        List.of(0.6f, -0.8f),
                        "payload",
                        Map.of("item", "a1", "label", 12L, "modelVersion", 7L)));
    }
}
