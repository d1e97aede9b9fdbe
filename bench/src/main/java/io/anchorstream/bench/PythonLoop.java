package io.anchorstream.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The process of {@code bench/torch_loop.py}: it takes a round of steps for each line it is sent. */
final class PythonLoop implements AutoCloseable {
    private final Process process;
    private final PrintWriter orders;
    private final BufferedReader answers;
    private final String version;

    PythonLoop(List<String> command, int threads) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
        process = builder.start();
        orders = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
        answers = process.inputReader(StandardCharsets.UTF_8);
        version = answer("torch ");
    }

    String version() {
        return version;
    }

    /** Images per second of one round. */
    double round() throws IOException {
        orders.println();
        return Double.parseDouble(answer("images/s "));
    }

    private String answer(String start) throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("the loop in Python ended; what it said stands above");
        }
        if (!line.startsWith(start)) {
            throw new IOException("the loop in Python said '" + line + "' where '" + start + "' was awaited");
        }
        return line.substring(start.length());
    }

    /** Without more orders it ends. */
    @Override
    public void close() {
        orders.close();
        process.destroy();
    }
}
