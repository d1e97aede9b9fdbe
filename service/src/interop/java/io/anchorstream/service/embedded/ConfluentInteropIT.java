package io.anchorstream.service.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.avro.ItemEmbedding;
import io.anchorstream.schemas.serde.AvroDeserializer;
import io.anchorstream.schemas.serde.AvroSerde;
import io.anchorstream.schemas.serde.AvroSerializer;
import io.anchorstream.schemas.serde.SerdeFactory;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.Test;

/** Our serdes and our registry against Confluent's genuine serialiser, deserialiser and client, 7.7.0. */
class ConfluentInteropIT {

    private final String prefix = SharedKafka.prefix(ConfluentInteropIT.class);

    private static CatalogItem item() {
        return CatalogItem.newBuilder()
                .setTitle("Stehlampe, weiß")
                .setKeywords(List.of("lamp", "floor"))
                .setAttributes(Map.of("colour", "white"))
                .setImage(ByteBuffer.wrap(new byte[] {(byte) 0x89, 'P', 'N', 'G'}))
                .build();
    }

    private static ItemEmbedding embedding() {
        return ItemEmbedding.newBuilder()
                .setVector(List.of(0.6f, -0.8f))
                .setDimension(2)
                .setModelVersion(7)
                .setGeneration(3)
                .build();
    }

    @Test
    void theGenuineDeserializerReadsOurBytesAsGenericRecords() {
        try (var ours = AvroSerde.of(ItemEmbedding.class, SharedKafka.clientConfig());
                var genuine = new KafkaAvroDeserializer()) {
            genuine.configure(SharedKafka.clientConfig(), false);

            byte[] bytes = ours.serializer().serialize(prefix + "e", embedding());
            GenericRecord read = (GenericRecord) genuine.deserialize(prefix + "e", bytes);

            assertThat(read.get("vector")).isEqualTo(List.of(0.6f, -0.8f));
            assertThat(read.get("modelVersion")).isEqualTo(7L);
        }
    }

    @Test
    void theGenuineSerdesBehindTheFactoryReadOurBytesAndWriteTheSame() {
        Map<String, Object> config = new HashMap<>(SharedKafka.clientConfig());
        config.put(SerdeFactory.CHOICE, "confluent");
        String topic = prefix + "items";
        try (var ours = SerdeFactory.from(SharedKafka.clientConfig()).values(CatalogItem.class);
                var genuine = SerdeFactory.from(config).values(CatalogItem.class)) {
            byte[] written = ours.serializer().serialize(topic, item());

            assertThat(genuine.deserializer().deserialize(topic, written)).isEqualTo(item());
            byte[] back = genuine.serializer().serialize(topic, item());
            assertThat(back).isEqualTo(written);
            assertThat(ours.deserializer().deserialize(topic, back)).isEqualTo(item());
        }
    }

    @Test
    void ourDeserializerReadsWhatTheGenuineSerializerWroteFromAGenericRecord() {
        GenericRecord generic = new GenericRecordBuilder(CatalogItem.getClassSchema())
                .set("title", "Stehlampe, weiß")
                .set("keywords", List.of("lamp", "floor"))
                .set("attributes", Map.of("colour", "white"))
                .set("image", ByteBuffer.wrap(new byte[] {(byte) 0x89, 'P', 'N', 'G'}))
                .build();
        try (var genuine = new KafkaAvroSerializer();
                var ours = AvroSerde.of(CatalogItem.class, SharedKafka.clientConfig())) {
            genuine.configure(SharedKafka.clientConfig(), false);

            byte[] bytes = genuine.serialize(prefix + "generic", generic);

            assertThat(ours.deserializer().deserialize(prefix + "generic", bytes))
                    .isEqualTo(item());
        }
    }

    @Test
    void bothDirectionsHoldOverARealTopicConfiguredByClassName() throws Exception {
        String topic = prefix + "wire";
        try (var admin = SharedKafka.admin()) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get(30, TimeUnit.SECONDS);
        }
        produce(topic, KafkaAvroSerializer.class);
        produce(topic, AvroSerializer.class);

        assertThat(consume(topic, AvroDeserializer.class)).containsExactly(item(), item());
        assertThat(consume(topic, KafkaAvroDeserializer.class)).containsExactly(item(), item());
    }

    @Test
    void theGenuineClientFindsItsProtocolInOurRegistry() throws Exception {
        String subject = prefix + "client-value";
        try (var client = new CachedSchemaRegistryClient(SharedKafka.registryUrl(), 100)) {
            AvroSchema one = schema("{'name':'a','type':'string'}");
            AvroSchema two = schema("{'name':'a','type':'string'},{'name':'b','type':'int','default':0}");
            AvroSchema breaking = schema("{'name':'a','type':'string'},{'name':'c','type':'int'}");

            int id = client.register(subject, one);
            assertThat(client.getSchemaById(id)).isEqualTo(one);
            assertThat(client.getId(subject, one)).isEqualTo(id);
            assertThat(client.getVersion(subject, one)).isEqualTo(1);
            assertThat(client.getAllSubjects()).contains(subject);
            assertThat(client.testCompatibility(subject, two)).isTrue();
            assertThat(client.testCompatibility(subject, breaking)).isFalse();
            assertThat(client.updateCompatibility(subject, "FULL_TRANSITIVE")).isEqualTo("FULL_TRANSITIVE");
            assertThat(client.getCompatibility(subject)).isEqualTo("FULL_TRANSITIVE");

            int next = client.register(subject, two);
            assertThat(client.getLatestSchemaMetadata(subject).getId()).isEqualTo(next);
            assertThat(client.getLatestSchemaMetadata(subject).getVersion()).isEqualTo(2);
            assertThat(client.getSchemaMetadata(subject, 1).getSchema()).isEqualTo(one.canonicalString());
            assertThat(client.getAllVersions(subject)).containsExactly(1, 2);
            assertThat(client.getAllVersionsById(next))
                    .anyMatch(use -> use.getSubject().equals(subject) && use.getVersion() == 2);

            assertCode(409, 409, () -> client.register(subject, breaking));
            assertCode(404, 40401, () -> client.getLatestSchemaMetadata(prefix + "none"));
            assertCode(404, 40402, () -> client.getSchemaMetadata(subject, 9));
            assertCode(404, 40403, () -> client.getSchemaById(1_000_000));
            assertCode(404, 40403, () -> client.getId(subject, breaking));
            assertCode(422, 42203, () -> client.updateCompatibility(subject, "SOMETIMES"));

            assertThat(client.deleteSubject(subject)).containsExactly(1, 2);
            assertCode(404, 40401, () -> client.getAllVersions(subject));
        }
    }

    private static void assertCode(int status, int code, ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(RestClientException.class, refusal -> {
            assertThat(refusal.getErrorCode()).isEqualTo(code);
            assertThat(refusal.getStatus()).isEqualTo(status);
        });
    }

    private static AvroSchema schema(String fields) {
        return new AvroSchema(("{'type':'record','name':'R','fields':[" + fields + "]}").replace('\'', '"'));
    }

    private static void produce(String topic, Class<?> serializer) throws Exception {
        Map<String, Object> config = new HashMap<>(SharedKafka.clientConfig());
        config.put("key.serializer", StringSerializer.class);
        config.put("value.serializer", serializer);
        try (var producer = new KafkaProducer<String, Object>(config)) {
            producer.send(new ProducerRecord<>(topic, "k", item())).get(30, TimeUnit.SECONDS);
        }
    }

    private static List<Object> consume(String topic, Class<?> deserializer) {
        TopicPartition partition = new TopicPartition(topic, 0);
        Map<String, Object> config = new HashMap<>(SharedKafka.clientConfig());
        config.put("key.deserializer", StringDeserializer.class);
        config.put("value.deserializer", deserializer);
        config.put("specific.avro.reader", "true");
        try (var consumer = new KafkaConsumer<String, Object>(config)) {
            consumer.assign(Set.of(partition));
            consumer.seekToBeginning(Set.of(partition));
            return consumer.poll(Duration.ofSeconds(20)).records(partition).stream()
                    .map(record -> record.value())
                    .toList();
        }
    }
}
