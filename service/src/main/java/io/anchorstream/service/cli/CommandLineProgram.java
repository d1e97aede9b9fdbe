package io.anchorstream.service.cli;

import picocli.CommandLine;

/** The whole command line: parses, runs, and turns failures into a sentence and an exit code. */
public final class CommandLineProgram {
    private CommandLineProgram() {}

    /** Runs one command; returns its exit code (see {@link ExitCode}). */
    public static int run(String... arguments) {
        return commandLine().execute(arguments);
    }

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new RootCommand());
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setUsageHelpAutoWidth(true);
        commandLine.setExecutionExceptionHandler(new FailureReport());
        return WrongUsage.prepare(commandLine);
    }
}
