package io.anchorstream.service.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.schemas.serde.AvroSerde;
import io.anchorstream.schemas.topics.TopicAdmin;
import io.anchorstream.schemas.topics.TopicSizing;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.service.embedded.EmbeddedKafka;
import io.anchorstream.service.embedded.EmbeddedRegistry;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a broker of its own, which goes away and comes back. */
class FollowIT {
    private static final Topics TOPICS = Topics.create("", TopicSizing.of(1, 1));
    private static final String EVENTS = TOPICS.catalogGenerations().name();

    @Test
    void aBrokerThatIsAwayIsWaitedForAndItSaysSo(@TempDir Path folder) throws Exception {
        EmbeddedKafka kafka = EmbeddedKafka.start(folder, 0);
        try (EmbeddedRegistry registry = EmbeddedRegistry.start(kafka.bootstrapServers(), folder, 0)) {
            String brokers = kafka.bootstrapServers();
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers))) {
                TopicAdmin.ensure(admin, TOPICS, (short) 1);
            }
            byte[] second = completed(2, registry.url());
            send(brokers, "1", completed(1, registry.url()));
            try (ProgramRun follow = new ProgramRun(List.of(
                    "embeddings",
                    "follow",
                    "--exec",
                    "true",
                    "--bootstrap-servers",
                    brokers,
                    "--registry-url",
                    registry.url()))) {
                follow.says("generation 1 is complete: the command ended with 0");
                kafka.close();
                follow.says("the broker does not answer (").says("it is asked again every 10 s");

                kafka = again(folder, brokers);
                follow.says("the broker answers again: going on");
                send(brokers, "2", second);
                follow.says("generation 2 is complete: the command ended with 0");

                try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers))) {
                    admin.deleteTopics(List.of(EVENTS)).all().get();
                }
                follow.says("the broker has no topic " + EVENTS + "; it is asked again every 10 s");
            }
        } finally {
            kafka.close();
        }
    }

    /** On the port that the clients know; another process may have it for a moment. */
    private static EmbeddedKafka again(Path folder, String brokers) {
        int port = Integer.parseInt(brokers.substring(brokers.lastIndexOf(':') + 1));
        return Awaitility.await("port " + port)
                .atMost(Duration.ofMinutes(2))
                .pollInSameThread()
                .ignoreExceptionsInstanceOf(IllegalStateException.class)
                .until(() -> EmbeddedKafka.start(folder, port), started -> true);
    }

    private static byte[] completed(long generation, String registry) {
        try (AvroSerde<GenerationEvent> serde =
                AvroSerde.of(GenerationEvent.class, Map.of("schema.registry.url", registry))) {
            GenerationEvent event = GenerationEvent.newBuilder()
                    .setGeneration(generation)
                    .setModelVersion(1)
                    .setState(GenerationState.COMPLETE)
                    .setItems(1)
                    .build();
            return serde.serializer().serialize(EVENTS, event);
        }
    }

    private static void send(String brokers, String key, byte[] event) throws Exception {
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", brokers), new StringSerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(EVENTS, key, event)).get();
        }
    }
}
