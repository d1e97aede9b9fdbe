package io.anchorstream.service.cli;

import java.util.ArrayList;
import java.util.List;

import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Listed here and run by the launcher, which builds the module of the benchmarks first. */
@Command(
        name = "bench",
        description = "Measures the service beside bare loops on the same data (needs a checkout of the sources;"
                + " \"bench --help\" says more).")
final class BenchCommand implements Runnable {
    @Unmatched
    private List<String> arguments = new ArrayList<>();

    @Override
    public void run() {
        throw new Refusal("bench " + String.join(" ", arguments)
                + " runs from a checkout of the sources only; do it there with ./anchorstream bench");
    }
}
