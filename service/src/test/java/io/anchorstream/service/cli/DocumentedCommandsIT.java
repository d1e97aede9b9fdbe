package io.anchorstream.service.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

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
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs the commands of README and manual, as they stand there, where their story has taken the reader: with a catalogue, a
 * broker and a registry, and all but {@code bench}, which has a test of its own. What is said in addition makes them small,
 * or lets them find what they would find at the reader's: addresses, folders, free ports.
 */
class DocumentedCommandsIT {
    private static final Set<Integer> FINE = Set.of(ExitCode.OK, ExitCode.REFUSALS, ExitCode.ATTENTION);

    /** A page speaks of the command, without what it asks for. */
    private static final Set<String> SPOKEN_OF = Set.of("ingest", "embeddings export", "bench");

    private static final List<String> SMALL = List.of(
            "--set", "text.encoder=hashed",
            "--set", "batch.labels=4",
            "--set", "batch.items-per-label=2",
            "--set", "train.steps-per-version=2");

    private final String prefix = SharedKafka.prefix(DocumentedCommandsIT.class);
    private final Topics topics = Topics.create(prefix, TopicSizing.of(4, 4));
    private final List<DocumentedCommand> left = new ArrayList<>();
    private final Path folder;

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
            for (int offset = 0; offset <= 17; offset++) { // the manual looks at 2:17
                String reason = offset % 2 == 0 ? "image-url-not-fetched" : "image-truncated";
                ProducerRecord<String, byte[]> letter =
                        new ProducerRecord<>(topics.deadLetters().name(), 2, reason, new byte[] {0, 0, 0, 0, 9, 1});
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
    }

    @Test
    void endWellOrGoOnUntilTheyAreStopped() throws Exception {
        left.addAll(DocumentedCommand.all());
        left.removeIf(
                command -> command.name().equals("bench") || (command.isBare() && SPOKEN_OF.contains(command.name())));
        assertThat(left).hasSizeGreaterThan(50);
        drawTheCatalogue();
        for (String name : List.of(
                "topics",
                "registry",
                "doctor",
                "status",
                "config",
                "completion",
                "dead-letters",
                "refresh",
                "ingest")) {
            take(name).forEach(command -> run(command, List.of()));
        }
        take("embeddings export").forEach(command -> run(command, List.of()));
        take("model list").forEach(command -> run(command, List.of()));
        follow(take("embeddings follow"));
        serve(take("run"));
        take("demo").forEach(this::demo);
        take("backtest").forEach(command -> {
            List<String> small = new ArrayList<>(SMALL);
            small.addAll(List.of("--items", "40", "--seeds", "1", "--budget", "1x", "--controls", "none"));
            small.addAll(List.of("--set", "image.size=48", "--out", file("report"), "--set", "data.folder=" + folder));
            run(command, small);
        });
        assertThat(left).as("neither run nor named above").isEmpty();
    }

    /** Those of that name, each once. */
    private List<DocumentedCommand> take(String name) {
        Map<String, DocumentedCommand> taken = new LinkedHashMap<>();
        left.removeIf(command -> {
            boolean its = command.name().equals(name) || command.name().startsWith(name + " ");
            if (its) {
                taken.putIfAbsent(command.environment() + String.join(" ", command.words()), command);
            }
            return its;
        });
        assertThat(taken).as("%s stands somewhere", name).isNotEmpty();
        return List.copyOf(taken.values());
    }

    private void drawTheCatalogue() throws IOException {
        take("catalogue pictograms").forEach(command -> run(command, List.of("--items", "60")));
        Path products = folder.resolve("FOLDER").resolve("products.jsonl");
        assertThat(products).exists();
        Files.createSymbolicLink(folder.resolve("LUMA"), folder.resolve("FOLDER"));
    }

    private void registry(DocumentedCommand command) {
        try (ProgramRun registry = started(command, List.of("--port", "0"))) {
            registry.says("schema registry at http");
        }
    }

    /** By a shell in the project's folder, for they name scripts there; what these call are stand-ins that do nothing. */
    private void follow(List<DocumentedCommand> commands) throws Exception {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        script(bin.resolve("psql"), "exit 0");
        // The swap asks for the number of points first.
        script(bin.resolve("curl"), "case \"$*\" in */points/count*) echo '{\"result\":{\"count\":1000000}}' ;; esac");
        script(
                bin.resolve("anchorstream"),
                "exec '" + Path.of(System.getProperty("java.home"), "bin", "java") + "' -XX:TieredStopAtLevel=1 -cp '"
                        + System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                        + "' io.anchorstream.service.Anchorstream \"$@\" " + String.join(" ", cluster(prefix)));
        List<Process> running = new ArrayList<>();
        try (Admin admin = SharedKafka.admin()) {
            for (DocumentedCommand command : commands) {
                String group = command.words().get(command.words().indexOf("--group") + 1);
                admin.alterConsumerGroupOffsets(group.replace("{generation}", "3"), ends(admin))
                        .all()
                        .get();
                ProcessBuilder shell = new ProcessBuilder(
                                "sh", "-c", command.environment() + "anchorstream " + command.line())
                        .directory(Path.of("..").toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(
                                folder.resolve("follow-" + running.size()).toFile());
                shell.environment().merge("PATH", bin.toString(), (path, first) -> first + ":" + path);
                running.add(shell.start());
            }
            for (int i = 0; i < running.size(); i++) {
                Path said = folder.resolve("follow-" + i);
                Awaitility.await(commands.get(i).toString())
                        .atMost(Duration.ofMinutes(2))
                        .untilAsserted(() -> assertThat(said)
                                .content()
                                .contains("generation 3 is complete: the command ended with 0"));
            }
        } finally {
            running.forEach(shell -> {
                shell.descendants().forEach(ProcessHandle::destroy);
                shell.destroy();
            });
        }
        for (Process shell : running) {
            assertThat(shell.waitFor(1, TimeUnit.MINUTES)).as("it stops").isTrue();
        }
    }

    private Map<TopicPartition, OffsetAndMetadata> ends(Admin admin) throws Exception {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        TopicSpec embeddings = topics.catalogEmbeddings();
        for (int partition = 0; partition < embeddings.partitions(); partition++) {
            asked.put(new TopicPartition(embeddings.name(), partition), OffsetSpec.latest());
        }
        return admin.listOffsets(asked).all().get().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        end -> new OffsetAndMetadata(end.getValue().offset())));
    }

    /** The roles on their machines, which learn from a catalogue, and an operator who has a say. */
    private void serve(List<DocumentedCommand> roles) throws Exception {
        String service = SharedKafka.prefix(DocumentedCommandsIT.class);
        List<ProgramRun> running = new ArrayList<>();
        try {
            for (DocumentedCommand command : roles) {
                List<String> words = new ArrayList<>(command.words());
                words.addAll(cluster(service));
                words.addAll(SMALL);
                words.addAll(List.of("--port", "0", "--data", file("roles-" + running.size())));
                running.add(new ProgramRun(words));
            }
            running.forEach(role -> role.says("Ctrl-C stops."));
            List<String> ingest = new ArrayList<>(List.of("ingest", file("FOLDER")));
            ingest.addAll(cluster(service));
            assertThat(new ProgramRun(ingest).end()).isZero();
            Awaitility.await("a trained version").atMost(Duration.ofMinutes(2)).until(() -> {
                List<String> show = new ArrayList<>(List.of("model", "show", "1"));
                show.addAll(cluster(service));
                return new ProgramRun(show).end() == ExitCode.OK;
            });
            // Paused first, so that none is promoted in between.
            operate("model pause", "", service);
            operate("model show", "1", service);
            operate("model promote", "0", service);
            operate("model rollback", "1", service);
            operate("model pin", "0", service);
            operate("model unpin", "", service);
            operate("model resume", "", service);
            operate("model export", "0", service);
            Files.move(Path.of(file("exported"), "model-v0.pt"), Path.of(file("mnv3_12.pt")));
        } finally {
            running.forEach(ProgramRun::close);
        }
    }

    private void operate(String name, String version, String service) {
        for (DocumentedCommand command : take(name)) {
            List<String> words = new ArrayList<>(command.words());
            words.replaceAll(word -> word.equals("N") ? version : word);
            words.addAll(cluster(service));
            if (name.equals("model export")) {
                words.addAll(List.of("--out", file("exported")));
            }
            ProgramRun run = new ProgramRun(words);
            assertThat(run.end()).as("%s says\n%s", command, run.said()).isEqualTo(ExitCode.OK);
        }
    }

    private void demo(DocumentedCommand command) {
        List<String> small = new ArrayList<>(SMALL);
        small.addAll(List.of("--items", "40", "--port", "0", "--data", file("demo")));
        try (ProgramRun demo = started(command, small)) {
            demo.says(">>> http://");
        }
    }

    private void run(DocumentedCommand command, List<String> small) {
        if (command.name().equals("registry")) {
            registry(command);
            return;
        }
        ProgramRun run = started(command, small);
        assertThat(FINE).as("%s says\n%s", command, run.said()).contains(run.end());
        assertThat(run.said()).as("%s says something", command).isNotBlank();
    }

    private ProgramRun started(DocumentedCommand documented, List<String> small) {
        List<String> words =
                new ArrayList<>(documented.words().stream().map(this::real).toList());
        CommandLine command = CommandLineProgram.commandLine();
        for (String name : documented.name().split(" ")) {
            command = command.getSubcommands().getOrDefault(name, command);
        }
        if (command.getCommandSpec().findOption("--bootstrap-servers") != null
                && !documented.name().equals("demo")) {
            words.addAll(cluster(prefix));
        }
        words.addAll(small);
        return new ProgramRun(words);
    }

    private List<String> cluster(String topicPrefix) {
        return List.of(
                "--bootstrap-servers",
                SharedKafka.bootstrapServers(),
                "--registry-url",
                SharedKafka.registryUrl(),
                "--topic-prefix",
                topicPrefix,
                "--set",
                "data.folder=" + folder.resolve("data"),
                "--set",
                "topics.replication-factor=1");
    }

    /** What stands for something of the reader's, and files that would be written here. */
    private String real(String word) {
        Matcher option = Pattern.compile("(--out=|)(.*)").matcher(word);
        assertThat(option.matches()).isTrue();
        String name = option.group(2);
        boolean file = name.matches("FOLDER|LUMA|PICTOGRAMS|[\\w./-]+\\.(bin|npy|jsonl|parquet|md|pt)");
        return file ? option.group(1) + file(Path.of(name).getFileName().toString()) : word.replace(",...", "");
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private static void script(Path file, String line) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + line + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
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
