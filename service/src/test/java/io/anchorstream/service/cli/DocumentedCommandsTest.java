package io.anchorstream.service.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

/** Whoever copies a command from README or manual is understood. */
class DocumentedCommandsTest {
    private static final CommandLine PROGRAM = CommandLineProgram.commandLine();

    /** Other programs' commands, by how they begin: who runs them, or what they would need that a test has not. */
    private static final Map<String, String> OTHERS = Map.ofEntries(
            Map.entry(
                    "mvn verify", "this is it; with -Pchart in .ci/run, with -Paudit it fetches the national database"),
            Map.entry("mvn spotless:apply", "its check is part of the build"),
            Map.entry("mvn test -Pchart", ".ci/run, as part of verify"),
            Map.entry("mvn test -Ptorch", ".ci/run, as part of verify"),
            Map.entry("mvn -pl connect", "the jar that it makes is made by verify too"),
            Map.entry("mvn -Pgpu", "2.5 GB of CUDA libraries, and a GPU"),
            Map.entry("mvn -Pconfluent", "a repository that is not Maven Central"),
            Map.entry("mvn -Pinterop", "164 MB for the classes of others"),
            Map.entry("docker ", "an engine and base images; deploy/stand-in says how it was run"),
            Map.entry("helm install", "a cluster; HelmChartTest renders what it would send"),
            Map.entry("python3 -m unittest", ".ci/run"),
            Map.entry(
                    "python3 tools/export_backbone.py",
                    "pretrained weights from elsewhere; .ci/run exports small ones"),
            Map.entry("curl -X POST", "Kafka Connect; ConnectorFilesTest holds what is posted to the record"),
            Map.entry("psql ", "PostgreSQL with pgvector; ConnectorFilesTest holds the columns to the connector's"),
            Map.entry("apt-get install", "rights over the machine; .ci/run does it"),
            Map.entry("taskset -c 0", "it binds what stands behind it to a core, and needs one of that number"));

    static List<DocumentedCommand> commands() throws IOException {
        return DocumentedCommand.all();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void areUnderstood(DocumentedCommand command) {
        assertThat(command.name()).as("%s is a command", command).isNotEmpty();
        if (command.isBare()) {
            return; // spoken of; what it asks for is not said
        }
        String[] arguments = command.words().stream()
                .map(word -> word.equals("N") ? "1" : word)
                .toArray(String[]::new);
        assertThatCode(() -> PROGRAM.parseArgs(arguments)).as("%s", command).doesNotThrowAnyException();
    }

    @Test
    void areFoundInReadmeAndManual() throws IOException {
        List<DocumentedCommand> commands = commands();

        assertThat(commands).hasSizeGreaterThan(50);
        assertThat(commands)
                .extracting(DocumentedCommand::name)
                .contains("demo", "topics create", "model rollback", "embeddings follow", "completion");
    }

    @Test
    void thoseOfOtherProgramsAreRunSomewhereOrSaidNotToBe() throws IOException {
        List<String> others = DocumentedCommand.others();

        assertThat(others).allSatisfy(line -> assertThat(OTHERS.keySet()).anyMatch(line::startsWith));
        assertThat(OTHERS.keySet()).as("still stands somewhere").allSatisfy(begin -> assertThat(others)
                .anyMatch(line -> line.startsWith(begin)));
    }

    @Test
    void everyCommandThereIsStandsInReadmeOrManual() throws IOException {
        String written = String.join(
                "\n", commands().stream().map(DocumentedCommand::name).toList());

        assertThat(PROGRAM.getSubcommands().keySet())
                .filteredOn(name -> !name.equals("help"))
                .allSatisfy(name ->
                        assertThat(written.lines()).anyMatch(line -> line.equals(name) || line.startsWith(name + " ")));
    }

    @Test
    void everyFileThatAPageLinksToIsThere() throws IOException {
        Pattern link = Pattern.compile("\\]\\((?!http)([^)#\\s]+)");
        for (Path page : DocumentedCommand.pages()) {
            link.matcher(Files.readString(page)).results().forEach(found -> assertThat(
                            page.resolveSibling(found.group(1)))
                    .as("%s links to it", page)
                    .exists());
        }
    }
}
