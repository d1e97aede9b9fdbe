package io.anchorstream.service.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

import io.anchorstream.service.config.ConfigurationPage;
import io.anchorstream.service.config.LossesPage;
import io.anchorstream.service.config.Settings;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "config",
        description = "Shows the configuration, and writes its documentation.",
        mixinStandardHelpOptions = true,
        subcommands = {ConfigCommand.Show.class, ConfigCommand.Docs.class, ConfigCommand.LossDocs.class})
final class ConfigCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "\"config show\", \"config docs --out FILE\" or \"config losses --out FILE\"?");
    }

    @Command(name = "show", description = "Prints what is in force, and from where.", mixinStandardHelpOptions = true)
    static final class Show implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli before run
        private CommandSpec spec;

        @Mixin
        private final ConfigOptions config = new ConfigOptions();

        @Option(names = "--json", description = "for programs: one JSON object")
        private boolean json;

        @Override
        public Integer call() {
            Settings settings = config.settings();
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(JsonText.of(settings.printable()));
                return ExitCode.OK;
            }
            settings.printable().forEach((name, value) -> {
                String source = settings.source(name).orElse("default");
                out.println(name + " = " + value + (source.equals("default") ? "" : "    (" + source + ")"));
            });
            return ExitCode.OK;
        }
    }

    /** Writes a page of the documentation that is made from the code. */
    private abstract static class Page implements Callable<Integer> {
        private final Supplier<String> markdown;

        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli before run
        private CommandSpec spec;

        @Option(names = "--out", required = true, paramLabel = "FILE", description = "where to")
        @SuppressWarnings("NullAway.Init") // required
        private Path out;

        Page(Supplier<String> markdown) {
            this.markdown = markdown;
        }

        @Override
        public Integer call() throws IOException {
            Files.writeString(out, markdown.get());
            spec.commandLine().getOut().println("wrote " + out);
            return ExitCode.OK;
        }
    }

    @Command(name = "docs", description = "Writes docs/configuration.md.", mixinStandardHelpOptions = true)
    static final class Docs extends Page {
        Docs() {
            super(ConfigurationPage::markdown);
        }
    }

    @Command(name = "losses", description = "Writes docs/losses.md.", mixinStandardHelpOptions = true)
    static final class LossDocs extends Page {
        LossDocs() {
            super(LossesPage::markdown);
        }
    }
}
