package io.anchorstream.service.cli;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The launcher in a tree of its own, with a Maven and a Java that only note what they were asked for. */
class LauncherTest {
    private static final List<String> TOOLS = List.of(
            "awk",
            "cat",
            "date",
            "dirname",
            "find",
            "grep",
            "head",
            "mkdir",
            "readlink",
            "rm",
            "sed",
            "sleep",
            "tail",
            "tee",
            "touch");

    private final Path tree;
    private final Path tools;

    LauncherTest(@TempDir Path tree) {
        this.tree = tree;
        this.tools = tree.resolve("tools");
    }

    @BeforeEach
    void plantTree() throws IOException {
        Files.createDirectories(tools);
        Files.copy(Path.of("..", "anchorstream"), tree.resolve("anchorstream"));
        Files.createDirectories(tree.resolve("service/src/main"));
        Files.writeString(tree.resolve("pom.xml"), "");
        Files.writeString(tree.resolve("service/pom.xml"), "");
        script("java", "case $1 in -version) echo 'openjdk version \"17.0.1\"' >&2 ;; *) echo run >>ran ;; esac");
        script(
                "mvn",
                "echo build >>built",
                "mkdir -p service/target",
                "touch service/target/classpath.txt service/target/anchorstream-service-1.jar",
                "while [ ! -e go ]; do sleep 0.05; done");
        for (String tool : TOOLS) {
            lend(tool);
        }
    }

    /** Where the system has no flock, as macOS, only the other way is there to be tried. */
    static List<Boolean> waysToLock() {
        return find("flock").isPresent() ? List.of(true, false) : List.of(false);
    }

    @ParameterizedTest(name = "with flock: {0}")
    @MethodSource("waysToLock")
    void theSecondCommandOfAFreshCloneWaitsForTheBuildOfTheFirst(boolean flock) throws Exception {
        if (flock) {
            lend("flock");
        }
        Process first = launch();
        try (BufferedReader said = first.errorReader()) {
            assertThat(said.readLine()).startsWith("Building Anchorstream");
            Process second = launch();
            try (BufferedReader saidSecond = second.errorReader()) {
                assertThat(saidSecond.readLine()).contains("Another command is building", "waiting");

                Files.createFile(tree.resolve("go"));

                assertThat(first.waitFor(60, TimeUnit.SECONDS)).isTrue();
                assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
                assertThat(saidSecond.readLine()).as("after it waited").isNull();
            }
        }
        assertThat(tree.resolve("built")).hasContent("build");
        assertThat(Files.readAllLines(tree.resolve("ran"))).hasSize(2);
        assertThat(launch().waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(tree.resolve("built")).as("nothing changed").hasContent("build");
    }

    @Test
    void whatAKilledCommandLeftHoldsNobodyUp() throws Exception {
        Files.createFile(tree.resolve("go"));
        Process gone = new ProcessBuilder("true").start();
        assertThat(gone.waitFor()).isZero();
        Path lock = Files.createDirectories(tree.resolve("target/build.lock.d"));
        Files.writeString(lock.resolve("process"), Long.toString(gone.pid()));

        assertThat(launch().waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(tree.resolve("built")).hasContent("build");
        assertThat(lock).doesNotExist();
    }

    @Test
    void aBuildThatWasBrokenOffIsDoneAgain() throws Exception {
        Files.createFile(tree.resolve("go"));
        assertThat(launch().waitFor(60, TimeUnit.SECONDS)).isTrue();
        Files.createFile(tree.resolve("target/build.unfinished"));

        assertThat(launch().waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(Files.readAllLines(tree.resolve("built"))).hasSize(2);
        assertThat(tree.resolve("target/build.unfinished")).doesNotExist();
    }

    private Process launch() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(tree.resolve("anchorstream").toString(), "status")
                .directory(tree.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        Map<String, String> environment = builder.environment();
        environment.remove("JAVA_HOME");
        environment.remove("ANCHORSTREAM_NO_BUILD");
        environment.put("PATH", tools.toString());
        return builder.start();
    }

    /** Puts a tool of the system's on the path. */
    private void lend(String tool) throws IOException {
        script(tool, "exec " + find(tool).orElseThrow() + " \"$@\"");
    }

    private void script(String name, String... lines) throws IOException {
        Path file = tools.resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private static Optional<Path> find(String tool) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, tool))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
