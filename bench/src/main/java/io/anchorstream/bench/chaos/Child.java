package io.anchorstream.bench.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.anchorstream.service.run.Role;

/** A program in a JVM of its own: the service as an operator would start it, or a broker. */
final class Child implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final String name;
    private final Path data;
    private final Path output;
    private final Process process;
    private final long startedAt = System.nanoTime();
    private boolean frozen;

    private Child(String name, Path data, Path output, Process process) {
        this.name = name;
        this.data = data;
        this.output = output;
        this.process = process;
    }

    /**
     * The service.
     *
     * @param data its folder, which no other child that lives may have
     * @param settings by key
     */
    static Child start(String name, Set<Role> roles, Path data, Map<String, String> settings) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "io.anchorstream.service.Anchorstream",
                "run",
                "--roles",
                roles.stream().map(Role::label).collect(Collectors.joining(",")),
                "--port",
                "0",
                "--data",
                data.toString()));
        settings.forEach((key, value) -> {
            arguments.add("--set");
            arguments.add(key + "=" + value);
        });
        return launch(name, data, arguments);
    }

    /**
     * Any program of this class path.
     *
     * @param arguments main class first
     */
    static Child launch(String name, Path data, List<String> arguments) throws IOException {
        Files.createDirectories(data);
        Path output = data.resolve(name + ".out");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx384m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Djava.awt.headless=true",
                "-Dai.djl.offline=true",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(data.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(variable -> variable.startsWith("ANCHORSTREAM_"));
        builder.environment().putAll(Map.of("OMP_WAIT_POLICY", "PASSIVE", "OPT_OUT_TRACKING", "true"));
        Process process = builder.start();
        // Nobody else would stop it when this program is stopped half-way.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "stop-" + name));
        return new Child(name, data, output, process);
    }

    String name() {
        return name;
    }

    Path data() {
        return data;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    boolean isFrozen() {
        return frozen;
    }

    Duration age() {
        return Duration.ofNanos(System.nanoTime() - startedAt);
    }

    /** Of a child that has ended. */
    int exitValue() {
        return process.exitValue();
    }

    /** SIGKILL; returns once the process is gone. */
    void kill() {
        process.destroyForcibly();
        await();
    }

    /** SIGSTOP: the process is there but does nothing, like a machine that hangs. */
    void freeze() throws IOException {
        signal("-STOP");
        frozen = true;
    }

    /** SIGCONT. */
    void thaw() throws IOException {
        signal("-CONT");
        frozen = false;
    }

    private void signal(String signal) throws IOException {
        try {
            new ProcessBuilder("kill", signal, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** SIGTERM and a wait; SIGKILL when that takes too long. */
    @Override
    public void close() {
        if (frozen) {
            process.destroyForcibly();
        }
        process.destroy();
        if (!await()) {
            kill();
        }
    }

    private boolean await() {
        try {
            return process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Lines of its log that contain the text; the log is one for all children of the folder. */
    long logged(String text) throws IOException {
        Path log = data.resolve("anchorstream.log");
        if (!Files.exists(log)) {
            return 0;
        }
        try (var lines = Files.lines(log)) {
            return lines.filter(line -> line.contains(text)).count();
        }
    }

    /** The end of what it printed and logged, to say why it failed. */
    String lastWords() throws IOException {
        StringBuilder words = new StringBuilder(name).append(':');
        for (Path file : List.of(output, data.resolve("anchorstream.log"))) {
            if (Files.exists(file)) {
                List<String> lines = Files.readAllLines(file);
                lines.subList(Math.max(0, lines.size() - 30), lines.size())
                        .forEach(line -> words.append('\n').append(line));
            }
        }
        return words.toString();
    }
}
