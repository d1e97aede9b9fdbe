package io.anchorstream.service.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "anchorstream",
        description = "Learns a visual-similarity embedding online from a product catalogue that nobody labelled.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        subcommands = {
            DemoCommand.class,
            RunCommand.class,
            IngestCommand.class,
            BacktestCommand.class,
            BenchCommand.class,
            TopicsCommand.class,
            DeadLettersCommand.class,
            EmbeddingsCommand.class,
            RegistryCommand.class,
            StatusCommand.class,
            DoctorCommand.class,
            ModelCommands.class,
            RefreshCommand.class,
            CatalogueCommand.class,
            ConfigCommand.class,
            CompletionCommand.class,
            CommandLine.HelpCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:something failed; the last line says what and what to do",
            "2:wrong flags or configuration; nothing was done",
            "3:done, but some items were left out or are sure to become dead letters; the first were named",
            "4:status, doctor and topics diff: answered, and something needs a look; status: the service may be starting",
            "143:stopped by SIGTERM (130 by Ctrl-C), everything closed properly"
        })
final class RootCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "which command? \"./anchorstream demo\" shows the whole service at work");
    }
}
