package io.anchorstream.schemas.serde;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.avro.EvaluationTruth;
import io.anchorstream.avro.ItemEmbedding;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class AvroSerdeTest {

    private static final Map<String, Object> MOCK = Map.of("schema.registry.url", "mock://avro-serde-test");

    @Test
    void roundTripsARecordWithEveryKindOfField() {
        try (var serde = AvroSerde.of(CatalogItem.class, MOCK)) {
            CatalogItem item = CatalogItem.newBuilder()
                    .setTitle("Büchse, grün")
                    .setKeywords(List.of("tin", "green"))
                    .setAttributes(Map.of("colour", "green"))
                    .setImage(ByteBuffer.wrap(new byte[] {1, 2, 3}))
                    .setTruth(EvaluationTruth.newBuilder().setGroup("g1").build())
                    .build();

            byte[] bytes = serde.serializer().serialize("t", item);

            assertThat(bytes[0]).isZero();
            assertThat(serde.deserializer().deserialize("t", bytes)).isEqualTo(item);
        }
    }

    @Test
    void readsFromTheMiddleOfAFetchBuffer() {
        try (var serde = AvroSerde.of(ItemEmbedding.class, MOCK)) {
            ItemEmbedding embedding = ItemEmbedding.newBuilder()
                    .setVector(List.of(0.6f, 0.8f))
                    .setDimension(2)
                    .setModelVersion(3)
                    .setGeneration(1)
                    .build();
            byte[] bytes = serde.serializer().serialize("t", embedding);
            ByteBuffer fetch = ByteBuffer.allocate(bytes.length + 20);
            fetch.position(7);
            fetch.put(bytes).flip().position(7);

            assertThat(serde.deserializer().deserialize("t", new RecordHeaders(), fetch))
                    .isEqualTo(embedding);
        }
    }

    @Test
    void passesTombstones() {
        try (var serde = AvroSerde.of(CatalogItem.class, MOCK)) {
            assertThat(serde.serializer().serialize("t", null)).isNull();
            assertThat(serde.deserializer().deserialize("t", null)).isNull();
        }
    }

    @Test
    void refusesBytesThatAreNotInTheWireFormatAndSaysWhy() {
        try (var serde = AvroSerde.of(CatalogItem.class, MOCK)) {
            assertThatThrownBy(() -> serde.deserializer().deserialize("shop", "{\"title\":1}".getBytes(UTF_8)))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContaining("begins with byte 0")
                    .hasMessageContaining("byte 123")
                    .hasMessageContaining("shop");
            assertThatThrownBy(() -> serde.deserializer().deserialize("shop", new byte[] {0, 1}))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContaining("at least 5 bytes");
        }
    }
}
