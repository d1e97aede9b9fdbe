package io.anchorstream.schemas.serde;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.avro.EvaluationTruth;
import io.anchorstream.avro.ItemEmbedding;
import io.anchorstream.schemas.registry.InMemorySchemaRegistry;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.common.config.ConfigException;
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

    @Test
    void readsARecordOfAnOlderSchemaAndFillsDefaults() {
        String scope = "mock://older";
        Schema old = new Schema.Parser()
                .parse(
                        "{'type':'record','name':'CatalogItem','namespace':'io.anchorstream.avro','fields':[{'name':'title','type':'string'},{'name':'gone','type':'int'}]}"
                                .replace('\'', '"'));
        var record = new GenericRecordBuilder(old)
                .set("title", "lamp")
                .set("gone", 1)
                .build();
        AvroSerializer<GenericRecord> writer = new AvroSerializer<>();
        writer.configure(Map.of("schema.registry.url", scope), false);

        byte[] bytes = writer.serialize("t", record);

        try (var serde = AvroSerde.of(CatalogItem.class, Map.of("schema.registry.url", scope))) {
            assertThat(serde.deserializer().deserialize("t", bytes))
                    .isEqualTo(CatalogItem.newBuilder().setTitle("lamp").build());
        }
    }

    @Test
    void refusesASchemaThatCannotBeResolvedAndSaysWhich() {
        Map<String, Object> config = Map.of("schema.registry.url", "mock://other-record");
        byte[] bytes = AvroSerde.of(ItemEmbedding.class, config)
                .serializer()
                .serialize(
                        "t",
                        ItemEmbedding.newBuilder()
                                .setVector(List.of())
                                .setDimension(0)
                                .setModelVersion(0)
                                .setGeneration(0)
                                .build());

        try (var serde = AvroSerde.of(CatalogItem.class, config)) {
            assertThatThrownBy(() -> serde.deserializer().deserialize("t", bytes))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContaining("io.anchorstream.avro.ItemEmbedding")
                    .hasMessageContaining("cannot be read as io.anchorstream.avro.CatalogItem");
        }
    }

    @Test
    void refusesACollectionThatClaimsMoreElementsThanTheRecordHasBytes() {
        try (var serde = AvroSerde.of(CatalogItem.class, MOCK)) {
            byte[] good =
                    serde.serializer().serialize("t", CatalogItem.newBuilder().build());
            // Behind the header: an empty title, an empty description, then 2,147,483,639 keywords.
            byte[] poison = Arrays.copyOf(good, 20);
            System.arraycopy(
                    new byte[] {0, 0, (byte) 0xee, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f}, 0, poison, 5, 7);

            assertThatThrownBy(() -> serde.deserializer().deserialize("t", poison))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContaining("claims 2147483639 elements in a record of 20 bytes");
        }
    }

    @Test
    void refusesAnUnknownSchemaId() {
        try (var serde = AvroSerde.of(CatalogItem.class, Map.of("schema.registry.url", "mock://empty"))) {
            assertThatThrownBy(() -> serde.deserializer().deserialize("t", new byte[] {0, 0, 0, 0, 99, 0}))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContaining("99");
        }
    }

    @Test
    void refusesATruncatedRecordAndOneWithBytesLeftOver() {
        try (var serde = AvroSerde.of(CatalogItem.class, MOCK)) {
            byte[] bytes = serde.serializer()
                    .serialize("t", CatalogItem.newBuilder().setTitle("lamp").build());

            assertThatThrownBy(() -> serde.deserializer().deserialize("t", Arrays.copyOf(bytes, 8)))
                    .isInstanceOf(SerializationException.class);
            assertThatThrownBy(() -> serde.deserializer().deserialize("t", Arrays.copyOf(bytes, bytes.length + 1)))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContaining("left over");
        }
    }

    @Test
    void withoutAutoRegistrationAnUnknownSchemaIsRefusedWithTheWayOut() {
        Map<String, Object> config = Map.of("schema.registry.url", "mock://closed", "auto.register.schemas", "false");
        try (var serde = AvroSerde.of(CatalogItem.class, config)) {
            assertThatThrownBy(() -> serde.serializer()
                            .serialize("t", CatalogItem.newBuilder().build()))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContaining("t-value")
                    .hasMessageContaining("auto.register.schemas");
        }
    }

    @Test
    void writesWithTheLatestVersionByFieldName() {
        String scope = "mock://latest";
        Schema latest = new Schema.Parser()
                .parse(
                        "{'type':'record','name':'CatalogItem','namespace':'io.anchorstream.avro','fields':[{'name':'category','type':['null','string'],'default':null},{'name':'title','type':'string'}]}"
                                .replace('\'', '"'));
        InMemorySchemaRegistry.scope("latest").register("t-value", latest);
        Map<String, Object> config =
                Map.of("schema.registry.url", scope, "auto.register.schemas", "false", "use.latest.version", "true");
        CatalogItem item =
                CatalogItem.newBuilder().setTitle("lamp").setCategory("light").build();

        try (var serde = AvroSerde.of(CatalogItem.class, config)) {
            byte[] bytes = serde.serializer().serialize("t", item);

            AvroDeserializer<GenericRecord> reader = new AvroDeserializer<>();
            reader.configure(config, false);
            GenericRecord record = Objects.requireNonNull(reader.deserialize("t", bytes));
            assertThat(record.getSchema()).isEqualTo(latest);
            assertThat(record.get("title")).hasToString("lamp");
            assertThat(serde.deserializer().deserialize("t", bytes)).isEqualTo(item);
        }
    }

    @Test
    void aFactoryThatWantsConfluentsClassesSaysHowToGetThem() {
        assertThatThrownBy(() ->
                        SerdeFactory.from(Map.of("schema.registry.url", "mock://x", SerdeFactory.CHOICE, "confluent")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("kafka-avro-serializer")
                .hasMessageContaining("-Pconfluent");
        assertThatThrownBy(() ->
                        SerdeFactory.from(Map.of("schema.registry.url", "mock://x", SerdeFactory.CHOICE, "other")))
                .hasMessageContaining("must be anchorstream or confluent");
    }
}
