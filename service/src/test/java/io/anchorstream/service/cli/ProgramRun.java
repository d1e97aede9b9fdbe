package io.anchorstream.service.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;

import org.awaitility.Awaitility;
import picocli.CommandLine;

import static org.assertj.core.api.Assertions.assertThat;

/** The program at work in this JVM, on a thread of its own; what it goes on with ends with {@link #close}. */
final class ProgramRun implements AutoCloseable {
    private final StringWriter said = new StringWriter();
    private final Thread thread;
    private volatile int code = -1;

    /** @param words of which a later one may take the place of an earlier one of the same name */
    ProgramRun(List<String> words) {
        PrintWriter writer = new PrintWriter(said, true);
        CommandLine program = CommandLineProgram.commandLine()
                .setOverwrittenOptionsAllowed(true)
                .setOut(writer)
                .setErr(writer);
        thread = new Thread(() -> code = program.execute(words.toArray(String[]::new)), "anchorstream " + words.get(0));
        thread.start();
    }

    /** Waits until it ends by itself; returns the exit code. */
    int end() {
        Awaitility.await(thread.getName()).atMost(Duration.ofMinutes(2)).until(() -> !thread.isAlive());
        return code;
    }

    /** Waits until it says so. */
    ProgramRun says(String text) {
        Awaitility.await(text).atMost(Duration.ofMinutes(2)).until(() -> said().contains(text) || !thread.isAlive());
        assertThat(said()).contains(text);
        return this;
    }

    String said() {
        return said.toString();
    }

    @Override
    public void close() {
        thread.interrupt();
        end();
    }
}
