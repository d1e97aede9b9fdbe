package io.anchorstream.service;

import io.anchorstream.service.cli.CommandLineProgram;

/** Entry point of the program; {@code ./anchorstream} starts it with the right JVM flags. */
public final class Anchorstream {
    private Anchorstream() {}

    public static void main(String[] arguments) {
        System.exit(CommandLineProgram.run(arguments));
    }
}
