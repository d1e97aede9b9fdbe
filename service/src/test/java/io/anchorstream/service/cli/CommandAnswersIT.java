package io.anchorstream.service.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.ItemEmbedding;
import io.anchorstream.schemas.serde.AvroSerde;
import io.anchorstream.schemas.topics.TopicAdmin;
import io.anchorstream.schemas.topics.TopicSizing;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.service.embedded.SharedKafka;
import io.anchorstream.topology.streams.DeadLetterHeaders;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What commands answer, on a cluster of a few records. */
class CommandAnswersIT {
    private final String prefix = SharedKafka.prefix(CommandAnswersIT.class);
    private final Topics topics = Topics.create(prefix, TopicSizing.of(1, 1));
    private final KafkaProducer<String, byte[]> producer =
            new KafkaProducer<>(SharedKafka.clientConfig(), new StringSerializer(), new ByteArraySerializer());

    @BeforeEach
    void createTopics() {
        try (Admin admin = SharedKafka.admin()) {
            TopicAdmin.ensure(admin, topics, (short) 1);
        }
    }

    @AfterEach
    void close() {
        producer.close();
    }

    @Test
    void showSaysOfADeadLetterWhetherItsItemHasBeenWrittenAgain() throws Exception {
        refuse("a");
        refuse("b");
        item("a");

        assertThat(run(0, "dead-letters", "show", "0:0")).contains("key a", "written again since", "cut");
        assertThat(run(0, "dead-letters", "show", "0:1")).contains("key b").doesNotContain("written again");
        assertThat(json("dead-letters", "show", "0:0", "--json").get("replaced").asBoolean())
                .isTrue();
        assertThat(json("dead-letters", "show", "0:1", "--json").get("replaced").isBoolean())
                .isTrue();
        assertThat(json("dead-letters", "show", "0:1", "--json").get("replaced").asBoolean())
                .isFalse();
    }

    @Test
    void exportSaysWhatItWroteAndWhichGenerationsThereAre(@TempDir Path folder) throws Exception {
        embed("b", 3);
        embed("a", 3);
        Path file = folder.resolve("vectors.npy");
        Path ids = folder.resolve("vectors.npy.ids.txt");

        JsonNode answer = json("embeddings", "export", "--out", file.toString(), "--json");

        assertThat(answer)
                .isEqualTo(JsonMapper.builder()
                        .build()
                        .createObjectNode()
                        .put("file", file.toString())
                        .put("format", "npy")
                        .put("ids", ids.toString())
                        .put("generation", 3)
                        .put("written", 2)
                        .put("others", 0));
        assertThat(Files.readAllLines(ids)).containsExactly("a", "b");
        Path other = folder.resolve("other.jsonl");
        assertThat(run(2, "embeddings", "export", "--out", other.toString(), "--generation", "77"))
                .contains("there is no generation 77; there are: 3");
        assertThat(other).doesNotExist();
    }

    private void refuse(String key) throws Exception {
        RecordMetadata item = item(key);
        producer.send(new ProducerRecord<>(
                        topics.deadLetters().name(),
                        0,
                        key,
                        new byte[] {1},
                        DeadLetterHeaders.of(
                                new RecordHeaders(),
                                "image-truncated",
                                "cut",
                                item.topic(),
                                0,
                                item.offset(),
                                item.timestamp())))
                .get();
    }

    private RecordMetadata item(String key) throws Exception {
        return producer.send(new ProducerRecord<>(
                        topics.catalogItems().name(), 0, key, key.getBytes(StandardCharsets.UTF_8)))
                .get();
    }

    private void embed(String id, long generation) throws Exception {
        String embeddings = topics.catalogEmbeddings().name();
        ItemEmbedding vector = ItemEmbedding.newBuilder()
                .setVector(List.of(1f, 0f))
                .setDimension(2)
                .setModelVersion(1)
                .setGeneration(generation)
                .build();
        GenerationEvent complete = GenerationEvent.newBuilder()
                .setGeneration(generation)
                .setModelVersion(1)
                .setState(GenerationState.COMPLETE)
                .setItems(1)
                .build();
        String generations = topics.catalogGenerations().name();
        try (AvroSerde<ItemEmbedding> vectors = AvroSerde.of(ItemEmbedding.class, SharedKafka.clientConfig());
                AvroSerde<GenerationEvent> events = AvroSerde.of(GenerationEvent.class, SharedKafka.clientConfig())) {
            producer.send(new ProducerRecord<>(
                            embeddings, 0, id, vectors.serializer().serialize(embeddings, vector)))
                    .get();
            producer.send(new ProducerRecord<>(
                            generations,
                            0,
                            Long.toString(generation),
                            events.serializer().serialize(generations, complete)))
                    .get();
        }
    }

    private String run(int code, String... words) {
        List<String> line = new ArrayList<>(List.of(words));
        line.addAll(List.of(
                "--bootstrap-servers",
                SharedKafka.bootstrapServers(),
                "--registry-url",
                SharedKafka.registryUrl(),
                "--topic-prefix",
                prefix));
        ProgramRun run = new ProgramRun(line);
        assertThat(run.end()).as("%s", run.said()).isEqualTo(code);
        return run.said();
    }

    private JsonNode json(String... words) throws Exception {
        return JsonMapper.builder().build().readTree(run(0, words));
    }
}
