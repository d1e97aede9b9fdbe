package io.anchorstream.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

/** Whoever copies a command of {@code anchorstream bench} from README or manual is understood. */
class DocumentedBenchCommandsTest {
    private static final Pattern COMMAND = Pattern.compile("anchorstream bench\\b([^`\n#]*)");

    /** What stands behind {@code bench}, each once. */
    static List<String> commands() throws IOException {
        List<String> commands = new ArrayList<>();
        try (Stream<Path> docs = Files.walk(Path.of("..", "docs"))) {
            for (Path page : Stream.concat(
                            Stream.of(Path.of("..", "README.md"), Path.of("..", "CONTRIBUTING.md")), docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .toList()) {
                COMMAND.matcher(Files.readString(page))
                        .results()
                        .forEach(found -> commands.add(found.group(1).strip()));
            }
        }
        return commands.stream().distinct().sorted().toList();
    }

    @Test
    void areUnderstood() throws IOException {
        assertThat(commands()).hasSizeGreaterThan(5).anyMatch(line -> line.startsWith("chaos"));
        for (String command : commands()) {
            if (!command.startsWith("jmh")) {
                String[] arguments = command.isEmpty() ? new String[0] : command.split(" ");
                assertThatCode(() -> Bench.commandLine().parseArgs(arguments))
                        .as("bench %s", command)
                        .doesNotThrowAnyException();
            }
        }
    }
}
