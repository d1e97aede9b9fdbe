package io.anchorstream.service.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import static org.assertj.core.api.Assertions.assertThat;

/** What operators type, and what their programs read. */
class OperatorsCommandsTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void everyCommandThatAnswersAnswersInJsonToo() {
        for (List<String> path : List.of(
                List.of("status"),
                List.of("doctor"),
                List.of("config", "show"),
                List.of("topics", "create"),
                List.of("topics", "diff"),
                List.of("topics", "describe"),
                List.of("topics", "acls"),
                List.of("dead-letters", "list"),
                List.of("dead-letters", "show"),
                List.of("dead-letters", "replay"))) {
            CommandLine command = CommandLineProgram.commandLine();
            for (String name : path) {
                Map<String, CommandLine> children = command.getSubcommands();
                assertThat(children).containsKey(name);
                command = children.getOrDefault(name, command);
            }
            assertThat(command.getCommandSpec().findOption("--json"))
                    .as("%s --json", path)
                    .isNotNull();
        }
    }

    @Test
    void listsTheLeastRightsOfARoleUnderItsPrefix() throws IOException {
        assertThat(run("topics", "acls", "--for", "label", "--topic-prefix", "shop."))
                .isZero();
        assertThat(out.toString().lines())
                .contains("kafka-acls --bootstrap-server \"$BROKERS\" --command-config admin.properties --add"
                        + " --allow-principal User:anchorstream-label --operation Read --topic shop.catalog.items")
                .contains("kafka-acls --bootstrap-server \"$BROKERS\" --command-config admin.properties --add"
                        + " --allow-principal User:anchorstream-label --operation Write --transactional-id"
                        + " shop.anchorstream-label- --resource-pattern-type prefixed")
                .noneMatch(line -> line.contains("Alter") || line.contains("--operation All"));

        out.getBuffer().setLength(0);
        assertThat(run("topics", "acls", "--for", "consumer", "--principal", "User:{who}", "--json"))
                .isZero();
        JsonNode rules = JsonMapper.builder().build().readTree(out.toString());
        assertThat(rules.get("consumer")).allSatisfy(rule -> {
            assertThat(rule.get("operation").asText()).isEqualTo("READ");
            assertThat(rule.get("principal").asText()).isEqualTo("User:consumer");
        });
    }

    @Test
    void refusesAnUnknownRoleWithTheOnesThereAre() {
        assertThat(run("topics", "acls", "--for", "labels")).isEqualTo(2);
        assertThat(err.toString()).contains("there is no labels", "label, train, embed, index");
    }

    @Test
    void hidesSecretsInTheConfigurationItShows() throws IOException {
        assertThat(run("config", "show", "--json", "--set", "kafka.ssl.key.password=hunter2"))
                .isZero();
        assertThat(JsonMapper.builder()
                        .build()
                        .readTree(out.toString())
                        .get("kafka.ssl.key.password")
                        .asText())
                .isEqualTo("[hidden]");
    }

    @Test
    void completesItsOwnCommands() {
        assertThat(run("completion")).isZero();
        assertThat(out.toString()).contains("complete -F", "dead-letters", "--bootstrap-servers");
    }

    @Test
    void asksWhichDeadLettersToSendInsteadOfSendingAll() {
        assertThat(run("dead-letters", "replay")).isEqualTo(2);
        assertThat(err.toString()).contains("--reason, --key or --all");
    }

    @Test
    void doctorEndsWithFourWhereSomethingIsWrong(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        assertThat(run("doctor", "--json", "--set", "data.folder=" + file.resolve("data")))
                .isEqualTo(4);
        JsonNode findings = JsonMapper.builder().build().readTree(out.toString());
        assertThat(findings).anySatisfy(finding -> {
            assertThat(finding.get("check").asText()).isEqualTo("disk");
            assertThat(finding.get("verdict").asText()).isEqualTo("FAULT");
        });
    }

    private int run(String... arguments) {
        CommandLine command = CommandLineProgram.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }
}
