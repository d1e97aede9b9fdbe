package io.anchorstream.connect;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.anchorstream.avro.ItemEmbedding;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.transforms.Transformation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class QdrantPointTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TOPIC = "catalog.embeddings";
    private static final Schema EMBEDDING = SchemaBuilder.struct()
            .name(ItemEmbedding.class.getName())
            .field("vector", SchemaBuilder.array(Schema.FLOAT32_SCHEMA).build())
            .field("modelVersion", Schema.INT64_SCHEMA)
            .field("generation", Schema.INT64_SCHEMA)
            .field("label", Schema.INT64_SCHEMA)
            .build();

    private final QdrantPoint<SinkRecord> transform = configured(Map.of());

    @Test
    void aVectorOfTheGenerationBecomesWhatTheSinkDocuments() throws Exception {
        SinkRecord point = applied(record("a1", embedding(3)));

        assertThat(json(point.value())).isEqualTo(JSON.readTree("""
                {"collection_name": "embeddings-3", "id": "2311939b-95d4-5ae5-9e8e-acd9bfa913ee",
                 "vector": [0.6, -0.8], "payload": {"item": "a1", "label": 12, "modelVersion": 7}}"""));
        assertThat(point.topic()).isEqualTo(TOPIC);
        assertThat(point.timestamp()).isEqualTo(99);
    }

    @Test
    void theSameItemHasTheSamePointAsInThePythonExample() {
        // python3 -c 'import uuid; print(uuid.uuid5(uuid.NAMESPACE_URL, "anchorstream:Ä / 7"))'
        assertThat(NameUuid.ofItem("Ä / 7")).isEqualTo(UUID.fromString("7b34ec73-d25e-5cd2-a170-2c9a8a6d9774"));
        assertThat(NameUuid.ofItem("a1").version()).isEqualTo(5);
        assertThat(NameUuid.ofItem("a1").variant()).isEqualTo(2);
    }

    @Test
    void aDeletionNamesThePointInItsKey() throws Exception {
        SinkRecord deletion = applied(record("a1", null));

        assertThat(deletion.value()).isNull();
        assertThat(json(deletion.key())).isEqualTo(JSON.readTree("""
                {"id": "2311939b-95d4-5ae5-9e8e-acd9bfa913ee", "collection_name": "embeddings-3"}"""));
    }

    @Test
    void vectorsOfOtherGenerationsAreLeftOut() {
        assertThat(transform.apply(record("a1", embedding(2)))).isNull();
        assertThat(transform.apply(record("a1", embedding(4)))).isNull();
    }

    @Test
    void thePayloadHasTheFieldsThatAreListed() throws Exception {
        SinkRecord point = configured(Map.of("payload", "generation")).apply(record("a1", embedding(3)));

        assertThat(json(Objects.requireNonNull(point).value()).get("payload"))
                .isEqualTo(JSON.readTree("{\"item\": \"a1\", \"generation\": 3}"));
    }

    @Test
    void whatIsNoEmbeddingIsNamedWithTheWayOut() {
        assertThatThrownBy(() -> transform.apply(record(new byte[] {1}, embedding(3))))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(TOPIC + ", partition 2")
                .hasMessageContaining("set key.converter to org.apache.kafka.connect.storage.StringConverter");
        assertThatThrownBy(() -> transform.apply(record("a1", Map.of("generation", 3L))))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("set value.converter to io.confluent.connect.avro.AvroConverter");
        assertThatThrownBy(() -> configured(Map.of("payload", "colour")).apply(record("a1", embedding(3))))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("has no colour but [vector, modelVersion, generation, label]");
        Schema other = SchemaBuilder.struct().field("id", Schema.STRING_SCHEMA).build();
        assertThatThrownBy(() -> transform.apply(record("a1", new Struct(other).put("id", "a1"))))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("has no generation but [id]; read catalog.embeddings");
    }

    @Test
    void aConnectorThatNamesNoGenerationIsRefused() {
        assertThatThrownBy(() -> new QdrantPoint<SinkRecord>().configure(Map.of("collection", "embeddings")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("\"generation\"");
        assertThatThrownBy(() -> configured(Map.of("generation", "GENERATION")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("GENERATION");
    }

    @Test
    void aWorkerFindsTheTransform() {
        assertThat(ServiceLoader.load(Transformation.class))
                .anySatisfy(found -> assertThat(found).isInstanceOf(QdrantPoint.class));
    }

    @Test
    void theConnectorsFileConfiguresIt() throws Exception {
        JsonNode config = JSON.readTree(
                        Path.of("..", "deploy", "connect", "qdrant.json").toFile())
                .get("config");
        Map<String, String> settings = new HashMap<>();
        config.properties().forEach(entry -> {
            if (entry.getKey().startsWith("transforms.point.")) {
                settings.put(
                        entry.getKey().substring("transforms.point.".length()),
                        entry.getValue().asText().replace("GENERATION", "3"));
            }
        });

        assertThat(settings.remove("type")).isEqualTo(QdrantPoint.class.getName());
        assertThat(transform.config().names()).containsAll(settings.keySet());
        QdrantPoint<SinkRecord> asHandedOut = new QdrantPoint<>();
        asHandedOut.configure(settings);
        assertThat(asHandedOut.apply(record("a1", embedding(3))))
                .isEqualTo(transform.apply(record("a1", embedding(3))));
    }

    private SinkRecord applied(SinkRecord record) {
        return Objects.requireNonNull(transform.apply(record), "left out");
    }

    private static QdrantPoint<SinkRecord> configured(Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(Map.of("generation", "3", "collection", "embeddings-3"));
        settings.putAll(more);
        QdrantPoint<SinkRecord> transform = new QdrantPoint<>();
        transform.configure(settings);
        return transform;
    }

    private static Struct embedding(long generation) {
        return new Struct(EMBEDDING)
                .put("vector", List.of(0.6f, -0.8f))
                .put("modelVersion", 7L)
                .put("generation", generation)
                .put("label", 12L);
    }

    private static SinkRecord record(Object key, @Nullable Object value) {
        return new SinkRecord(TOPIC, 2, null, key, null, value, 41, 99L, null);
    }

    /** Without a schema, as the sink takes it. */
    private static JsonNode json(Object value) throws Exception {
        try (JsonConverter converter = new JsonConverter()) {
            converter.configure(Map.of("schemas.enable", "false"), false);
            byte[] written = converter.fromConnectData(TOPIC, null, value);
            return JSON.readTree(new String(written, StandardCharsets.UTF_8));
        }
    }
}
