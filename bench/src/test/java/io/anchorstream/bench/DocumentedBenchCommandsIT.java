package io.anchorstream.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Runs each documented command of {@code anchorstream bench} as it stands, with more said to make it small. */
class DocumentedBenchCommandsIT {
    /** By the beginning of the line; the first that fits. */
    private static final List<Map.Entry<String, List<String>>> SMALL = List.of(
            Map.entry(
                    "jmh",
                    List.of(
                            "LossBenchmark",
                            "-p",
                            "loss=adaptive-triplet",
                            "-f",
                            "0",
                            "-wi",
                            "0",
                            "-i",
                            "1",
                            "-r",
                            "50ms")),
            Map.entry("losses", List.of("--rounds", "1", "--loss", "adaptive-triplet")),
            Map.entry("torch", List.of("--turns", "1", "--steps", "1")),
            Map.entry("chaos --kills", List.of("--kills", "20")),
            Map.entry("chaos --roles", List.of("--rounds", "1", "--rate", "15")),
            Map.entry("chaos --fail-over", List.of("--seconds", "5", "--rate", "15")),
            Map.entry("", List.of("--items", "60", "--only", "labelling", "--pictures", "PICTURES")));

    /** What they end with, by the beginning of the line: patterns. */
    private static final Map<String, List<String>> SAID = Map.of(
            "chaos --kills",
            List.of(
                    "2\\d trainers killed",
                    "(?m)(^ +[1-9]\\d*  \\S.*\\R){9}", // each crash point, and random instants
                    "Equal to the uninterrupted run\\."),
            "chaos --roles",
            List.of("3 roles and 1 brokers killed", "Every item has its one answer"),
            "chaos --fail-over",
            List.of(
                    "a third one starts .* label \\d+\\+\\d+\\+\\d+, train 0\\+0\\+1",
                    "the third one is killed \\(SIGKILL\\) .* label \\d+, train 1, embed \\d+",
                    "Every item has its one answer"));

    static List<String> lines() throws IOException {
        return DocumentedBenchCommandsTest.commands();
    }

    @Test
    void thoseWhoseWordsAreReadStandThere() throws IOException {
        List<String> all = lines();
        assertThat(SAID.keySet()).allSatisfy(said -> assertThat(all).anyMatch(line -> line.startsWith(said)));
    }

    @ParameterizedTest(name = "bench {0}")
    @MethodSource("lines")
    void endsWell(String command, @TempDir Path folder) throws Exception {
        Map.Entry<String, List<String>> small = SMALL.stream()
                .filter(entry -> command.startsWith(entry.getKey()))
                .findFirst()
                .orElseThrow();
        List<String> words = new ArrayList<>(
                command.isEmpty()
                        ? List.of()
                        : Arrays.asList(command.replace("[pattern]", "").split("\\s+")));
        small.getValue()
                .forEach(word ->
                        words.add(word.equals("PICTURES") ? folder.resolve("p").toString() : word));
        if (command.startsWith("jmh")) {
            Bench.main(words.toArray(String[]::new));
            return;
        }
        if (command.startsWith("torch")) {
            words.addAll(List.of("--script", "../bench/torch_loop.py"));
        }
        StringWriter out = new StringWriter();
        StringWriter errors = new StringWriter();
        int code = Bench.commandLine()
                .setOverwrittenOptionsAllowed(true)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(errors, true))
                .execute(words.toArray(String[]::new));

        if (code == 2 && command.startsWith("torch")) {
            assertThat(errors.toString().strip())
                    .as("where no Python has torch, it says so in one line")
                    .startsWith("no torch for ")
                    .doesNotContain("\n");
            return;
        }
        assertThat(code).as(errors + "\n" + out).isZero();
        SAID.entrySet().stream()
                .filter(entry -> command.startsWith(entry.getKey()))
                .flatMap(entry -> entry.getValue().stream())
                .forEach(pattern -> assertThat(out.toString()).containsPattern(pattern));
    }
}
