package io.anchorstream.service.cli;

import java.io.PrintWriter;
import java.nio.file.Path;

import io.anchorstream.service.run.RunningRole;

/** Says why the process ends by itself. */
final class Ended {
    private Ended() {}

    static void report(PrintWriter err, RunningRole role, Path log) {
        err.println("anchorstream: the " + role.name() + " role failed: "
                + role.failure().map(FailureReport::sentence).orElse("unknown") + "; all of it is in " + log);
        err.flush();
    }
}
