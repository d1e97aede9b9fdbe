package io.anchorstream.service.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
