package io.anchorstream.service.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.ItemEmbedding;
import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.VersionState;
import io.anchorstream.schemas.serde.AvroSerde;
import io.anchorstream.schemas.topics.TopicAdmin;
import io.anchorstream.schemas.topics.TopicSizing;
import io.anchorstream.schemas.topics.TopicSpec;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.service.embedded.SharedKafka;
import io.anchorstream.topology.streams.DeadLetterHeaders;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Runs the commands of README and manual, as they stand there, on a cluster that holds a little of everything. */
class DocumentedCommandsIT {
    /** Commands that go on until they are stopped, take minutes, or need a trainer: who runs them instead. */
    private static final Map<String, String> ELSEWHERE = Map.ofEntries(
            Map.entry("demo", "service/src/test/java/io/anchorstream/service/demo/DemoIT.java"),
            Map.entry("run", "bench/src/test/java/io/anchorstream/bench/chaos/RoleChaosIT.java"),
            Map.entry("bench", "bench/src/test/java/io/anchorstream/bench/chaos/RoleChaosIT.java"),
            Map.entry("backtest", "service/src/test/java/io/anchorstream/service/backtest/BacktestSessionTest.java"),
            Map.entry(
                    "catalogue pictograms",
                    "service/src/test/java/io/anchorstream/service/catalogue/CatalogueFolderTest.java"),
            Map.entry("registry", "service/src/test/java/io/anchorstream/service/embedded/EmbeddedRegistryIT.java"),
            Map.entry(
                    "embeddings follow", "service/src/test/java/io/anchorstream/service/downstream/DownstreamIT.java"),
            Map.entry("model promote", ModelTest.FILE),
            Map.entry("model rollback", ModelTest.FILE),
            Map.entry("model pin", ModelTest.FILE),
            Map.entry("model unpin", ModelTest.FILE),
            Map.entry("model pause", ModelTest.FILE),
            Map.entry("model resume", ModelTest.FILE),
            Map.entry("model export", ModelTest.FILE));

    private static final Set<Integer> FINE = Set.of(ExitCode.OK, ExitCode.REFUSALS, ExitCode.ATTENTION);

    private final String prefix = SharedKafka.prefix(DocumentedCommandsIT.class);
    private final Topics topics = Topics.create(prefix, TopicSizing.of(4, 4));
    private final Path folder;

    private interface ModelTest {
        String FILE = "service/src/test/java/io/anchorstream/service/pipeline/ModelCommandsIT.java";
    }

    DocumentedCommandsIT(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeEach
    void fill() throws Exception {
        try (Admin admin = SharedKafka.admin();
                Producer<String, byte[]> producer = new KafkaProducer<>(
                        SharedKafka.clientConfig(), new StringSerializer(), new ByteArraySerializer())) {
            TopicAdmin.ensure(admin, topics, (short) 1);
            for (long generation : List.of(0L, 3L)) {
                send(
                        producer,
                        topics.catalogEmbeddings(),
                        "item-" + generation,
                        ItemEmbedding.newBuilder()
                                .setVector(List.of(1f, 0f))
                                .setDimension(2)
                                .setModelVersion(1)
                                .setGeneration(generation)
                                .build());
                send(
                        producer,
                        topics.catalogGenerations(),
                        Long.toString(generation),
                        GenerationEvent.newBuilder()
                                .setGeneration(generation)
                                .setModelVersion(1)
                                .setState(GenerationState.COMPLETE)
                                .setItems(1)
                                .build());
            }
            send(
                    producer,
                    topics.modelVersions(),
                    "1",
                    ModelVersion.newBuilder()
                            .setVersion(1)
                            .setState(VersionState.PROMOTED)
                            .setGeneration(3)
                            .setStep(100)
                            .setDimension(2)
                            .setNetwork("")
                            .setNetworkDigest("")
                            .setWeightsDigest("")
                            .setWeightsBytes(0)
                            .setTimestamp(1)
                            .build());
            for (String reason : List.of("image-truncated", "image-url-not-fetched")) {
                ProducerRecord<String, byte[]> letter =
                        new ProducerRecord<>(topics.deadLetters().name(), 0, reason, new byte[] {0, 0, 0, 0, 9, 1});
                Map.of(
                                DeadLetterHeaders.REASON, reason,
                                DeadLetterHeaders.DETAIL, "a test",
                                DeadLetterHeaders.TOPIC, topics.catalogItems().name(),
                                DeadLetterHeaders.PARTITION, "0",
                                DeadLetterHeaders.OFFSET, "0")
                        .forEach((name, value) -> letter.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
                producer.send(letter).get();
            }
        }
        Files.createDirectories(folder.resolve("FOLDER"));
        Files.writeString(
                folder.resolve("FOLDER").resolve("products.jsonl"),
                "{\"id\": \"a1\", \"title\": \"Red apple\", \"description\": \"A crisp red apple.\"}\n");
    }

    @Test
    void endWell() throws IOException {
        List<String> ran = new ArrayList<>();
        for (DocumentedCommand command : DocumentedCommand.all()) {
            String name = command.name();
            String elsewhere = ELSEWHERE.getOrDefault(name, "");
            if (!elsewhere.isEmpty()) {
                String last = name.substring(name.lastIndexOf(' ') + 1);
                assertThat(Files.readString(Path.of("..").resolve(elsewhere)))
                        .as("%s runs it", elsewhere)
                        .containsIgnoringCase(last);
            } else if (!command.isBare() || needsNothing(name)) {
                run(command);
                ran.add(name);
            }
        }
        assertThat(ran)
                .contains(
                        "status",
                        "doctor",
                        "topics create",
                        "topics acls",
                        "dead-letters list",
                        "dead-letters show",
                        "dead-letters replay",
                        "ingest",
                        "embeddings export",
                        "model list",
                        "model show",
                        "refresh",
                        "config show",
                        "config docs",
                        "completion");
    }

    private static boolean needsNothing(String name) {
        return Set.of("status", "doctor", "completion", "config show", "topics acls", "model list", "dead-letters list")
                .contains(name);
    }

    private void run(DocumentedCommand documented) {
        List<String> words =
                new ArrayList<>(documented.words().stream().map(this::real).toList());
        picocli.CommandLine program = CommandLineProgram.commandLine();
        picocli.CommandLine command = program;
        for (String name : documented.name().split(" ")) {
            command = command.getSubcommands().getOrDefault(name, command);
        }
        if (command.getCommandSpec().findOption("--bootstrap-servers") != null) {
            words.addAll(List.of(
                    "--bootstrap-servers",
                    SharedKafka.bootstrapServers(),
                    "--registry-url",
                    SharedKafka.registryUrl(),
                    "--topic-prefix",
                    prefix,
                    "--set",
                    "data.folder=" + folder.resolve("data"),
                    "--set",
                    "topics.replication-factor=1"));
        }
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = program.setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(words.toArray(String[]::new));

        assertThat(FINE).as("%s says\n%s%s", documented, out, err).contains(code);
        assertThat(out.toString()).as("%s says something", documented).isNotBlank();
    }

    /** What stands for something of the reader's, and files that would be written here. */
    private String real(String word) {
        if (word.equals("N")) {
            return "1";
        }
        if (word.equals("2:17")) {
            return "0:0";
        }
        boolean file = word.equals("FOLDER") || word.matches("[\\w./-]+\\.(bin|npy|jsonl|parquet|md)");
        return file ? folder.resolve(Path.of(word).getFileName()).toString() : word;
    }

    private static <T extends SpecificRecord> void send(
            Producer<String, byte[]> producer, TopicSpec topic, String key, T value) throws Exception {
        @SuppressWarnings("unchecked") // a record's class is its own
        Class<T> type = (Class<T>) value.getClass();
        byte[] bytes =
                AvroSerde.of(type, SharedKafka.clientConfig()).serializer().serialize(topic.name(), value);
        producer.send(new ProducerRecord<>(topic.name(), key, bytes)).get();
    }
}
