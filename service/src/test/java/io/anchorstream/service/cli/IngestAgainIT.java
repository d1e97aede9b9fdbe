package io.anchorstream.service.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import io.anchorstream.schemas.topics.TopicAdmin;
import io.anchorstream.schemas.topics.TopicSizing;
import io.anchorstream.schemas.topics.TopicStatus;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.service.embedded.SharedKafka;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import static org.assertj.core.api.Assertions.assertThat;

class IngestAgainIT {
    private final String prefix = SharedKafka.prefix(IngestAgainIT.class);
    private final Topics topics = Topics.create(prefix, TopicSizing.of(2, 1));

    private final Path folder;

    IngestAgainIT(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeEach
    void picture() throws IOException {
        Files.write(folder.resolve("p.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    }

    @Test
    void resumeAfterAFinishedIngestSendsNothingAndSaysHowToSendAgain() throws Exception {
        try (Admin admin = SharedKafka.admin()) {
            TopicAdmin.ensure(admin, topics, (short) 1);
        }
        Path products = folder.resolve("products.jsonl");
        Files.writeString(products, line("a") + line("b"));
        assertThat(ingest("--resume")).contains("2 items sent");

        assertThat(ingest("--resume")).contains("nothing is left to send", "Without --resume", products.toString());
        assertThat(items()).isEqualTo(2);

        assertThat(ingest()).contains("2 items sent");
        assertThat(items()).isEqualTo(4);

        Files.writeString(products, line("a") + line("b") + line("c"));
        assertThat(ingest("--resume")).as("the file changed").contains("3 items sent");
    }

    @Test
    void aTopicThatWasMadeAnewGetsEverything() throws Exception {
        try (Admin admin = SharedKafka.admin()) {
            TopicAdmin.ensure(admin, topics, (short) 1);
            Files.writeString(folder.resolve("products.jsonl"), line("a"));
            assertThat(ingest("--resume")).contains("1 item sent");
            admin.deleteTopics(List.of(topics.catalogItems().name())).all().get();
            // The broker shows a deleted topic for a moment still, and nothing would be made beside it.
            Awaitility.await().until(() -> TopicAdmin.diff(admin, topics).stream()
                    .anyMatch(TopicStatus.Missing.class::isInstance));
            TopicAdmin.ensure(admin, topics, (short) 1);
        }

        assertThat(ingest("--resume")).contains("1 item sent");
    }

    @Test
    void aTopicThatIsNotThereIsNamedWithTheWayToIt() throws Exception {
        Files.writeString(folder.resolve("products.jsonl"), line("a"));

        assertThat(printed(ExitCode.FAILED, "--set", "kafka.max.block.ms=5000"))
                .contains("there is no topic " + topics.catalogItems().name(), "./anchorstream topics create");
    }

    @Test
    void itemsThatBecomeDeadLettersAreSentAndSaidByTheExitCode() throws Exception {
        try (Admin admin = SharedKafka.admin()) {
            TopicAdmin.ensure(admin, topics, (short) 1);
        }
        Files.writeString(folder.resolve("products.jsonl"), line("a") + "{\"id\": \"b\", \"title\": \"Lamp\"}\n");

        assertThat(printed(ExitCode.REFUSALS))
                .contains("2 items sent", "1 item without a picture that can be used (line 2)");
        assertThat(items()).isEqualTo(2);
    }

    private static String line(String id) {
        return "{\"id\": \"" + id
                + "\", \"title\": \"Red apple\", \"description\": \"A red apple.\", \"image\": \"p.png\"}\n";
    }

    private String ingest(String... more) {
        return printed(ExitCode.OK, more);
    }

    private String printed(int expected, String... more) {
        List<String> words = new ArrayList<>(List.of(
                "ingest",
                folder.toString(),
                "--bootstrap-servers",
                SharedKafka.bootstrapServers(),
                "--registry-url",
                SharedKafka.registryUrl(),
                "--topic-prefix",
                prefix,
                "--set",
                "data.folder=" + folder.resolve("data")));
        words.addAll(Arrays.asList(more));
        StringWriter out = new StringWriter();
        CommandLine program = CommandLineProgram.commandLine();
        program.setOut(new PrintWriter(out, true));
        program.setErr(new PrintWriter(out, true));
        int code = program.execute(words.toArray(String[]::new));
        assertThat(code).as("exit code; printed: %s", out).isEqualTo(expected);
        return out.toString();
    }

    private long items() throws Exception {
        try (Admin admin = SharedKafka.admin()) {
            return admin
                    .listOffsets(List.of(0, 1).stream()
                            .collect(Collectors.toMap(
                                    partition -> new TopicPartition(
                                            topics.catalogItems().name(), partition),
                                    partition -> OffsetSpec.latest())))
                    .all()
                    .get()
                    .values()
                    .stream()
                    .mapToLong(end -> end.offset())
                    .sum();
        }
    }
}
