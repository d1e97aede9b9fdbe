package io.anchorstream.service.embedded;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.schemas.serde.AvroSerde;
import io.anchorstream.schemas.topics.TopicAdmin;
import io.anchorstream.schemas.topics.TopicSizing;
import io.anchorstream.schemas.topics.TopicStatus;
import io.anchorstream.schemas.topics.Topics;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EmbeddedKafkaIT {

    @Test
    void keepsRecordsSchemasClusterIdAndPortsOverARestart(@TempDir Path folder) throws Exception {
        Topics topics = Topics.create("restart.", TopicSizing.of(1, 1));
        CatalogItem item = CatalogItem.newBuilder()
                .setTitle("lamp")
                .setImage(ByteBuffer.wrap(new byte[2_000_000]))
                .build();
        String bootstrap;
        String registryUrl;
        String clusterId;
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder, 0);
                EmbeddedRegistry registry = EmbeddedRegistry.start(kafka.bootstrapServers(), folder, 0)) {
            bootstrap = kafka.bootstrapServers();
            registryUrl = registry.url();
            clusterId = kafka.clusterId();
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
                TopicAdmin.ensure(admin, topics, (short) 1);
            }
            produce(bootstrap, registryUrl, topics.catalogItems().name(), item);
        }

        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder, 0);
                EmbeddedRegistry registry = EmbeddedRegistry.start(kafka.bootstrapServers(), folder, 0)) {
            assertThat(kafka.bootstrapServers()).isEqualTo(bootstrap);
            assertThat(registry.url()).isEqualTo(registryUrl);
            assertThat(kafka.clusterId()).isEqualTo(clusterId).isNotEmpty();
            assertThat(consume(bootstrap, registryUrl, topics.catalogItems().name()))
                    .isEqualTo(item);
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
                assertThat(TopicAdmin.ensure(admin, topics, (short) 1)).allMatch(TopicStatus.Exists.class::isInstance);
            }
        }
    }

    @Test
    void saysWhichPortIsTakenAndHowToChooseAnother(@TempDir Path folder) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();

            assertThatThrownBy(() -> EmbeddedKafka.start(folder, port))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Port " + port + " for the Kafka broker is taken")
                    .hasMessageContaining("--kafka-port");
            assertThatThrownBy(() -> EmbeddedRegistry.start("127.0.0.1:1", folder, port))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Port " + port + " for the schema registry is taken")
                    .hasMessageContaining("--registry-port");
        }
    }

    @Test
    void refusesAFolderThatAnotherNodeUses(@TempDir Path folder) throws Exception {
        try (DataFolderLock other = DataFolderLock.acquire(folder)) {
            assertThat(other).isNotNull();
            assertThatThrownBy(() -> EmbeddedKafka.start(folder, 0))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("in use by another Anchorstream")
                    .hasMessageContaining("--data");
        }
    }

    private static void produce(String bootstrap, String registry, String topic, CatalogItem item) throws Exception {
        try (var serde = AvroSerde.of(CatalogItem.class, Map.of("schema.registry.url", registry));
                var producer = new KafkaProducer<>(
                        Map.<String, Object>of(
                                "bootstrap.servers", bootstrap, "max.request.size", Topics.MAX_ITEM_BYTES),
                        new StringSerializer(),
                        serde.serializer())) {
            producer.send(new ProducerRecord<>(topic, "item-1", item)).get(30, TimeUnit.SECONDS);
        }
    }

    private static CatalogItem consume(String bootstrap, String registry, String topic) {
        TopicPartition partition = new TopicPartition(topic, 0);
        try (var serde = AvroSerde.of(CatalogItem.class, Map.of("schema.registry.url", registry));
                var consumer = new KafkaConsumer<>(
                        Map.<String, Object>of("bootstrap.servers", bootstrap),
                        new StringDeserializer(),
                        serde.deserializer())) {
            consumer.assign(Set.of(partition));
            consumer.seekToBeginning(Set.of(partition));
            List<ConsumerRecord<String, CatalogItem>> records =
                    consumer.poll(Duration.ofSeconds(20)).records(partition);
            assertThat(records).hasSize(1);
            return records.get(0).value();
        }
    }
}
