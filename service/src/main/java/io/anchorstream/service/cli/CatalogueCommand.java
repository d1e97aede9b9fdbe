package io.anchorstream.service.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import io.anchorstream.service.catalogue.PictogramFolder;
import io.anchorstream.service.catalogue.Pictograms;
import io.anchorstream.service.catalogue.SetLicence;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "catalogue",
        description = "Writes catalogues as folders.",
        mixinStandardHelpOptions = true,
        subcommands = CatalogueCommand.PictogramsCommand.class)
final class CatalogueCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(),
                "which catalogue? \"anchorstream catalogue pictograms --out FOLDER\" writes the demo's");
    }

    @Command(
            name = "pictograms",
            description = "Draws the demo's pictograms into a folder with products.jsonl and images.",
            mixinStandardHelpOptions = true)
    static final class PictogramsCommand implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli before run
        private CommandSpec spec;

        @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "where to; made if missing")
        @SuppressWarnings("NullAway.Init") // required
        private Path out;

        @Option(names = "--items", paramLabel = "N", description = "about how many (default ${DEFAULT-VALUE})")
        private int items = Pictograms.Options.DEFAULT.items();

        @Option(names = "--size", paramLabel = "PX", description = "edge of the pictures (default ${DEFAULT-VALUE})")
        private int size = Pictograms.Options.DEFAULT.size();

        @Option(names = "--seed", paramLabel = "N", description = "of order and test groups (default ${DEFAULT-VALUE})")
        private long seed = Pictograms.Options.DEFAULT.seed();

        @Override
        public Integer call() throws IOException, InterruptedException {
            ProgressLine progress = new ProgressLine(spec.commandLine().getOut());
            int threads = Runtime.getRuntime().availableProcessors();
            try (PictogramFolder folder = PictogramFolder.open(
                    out,
                    new Pictograms.Options(items, seed, size),
                    threads,
                    drawn -> progress.update("drawn " + drawn))) {
                folder.await();
                progress.end("wrote " + folder.entries().size() + " items to " + folder.folder());
                for (SetLicence licence : folder.licences()) {
                    progress.end("  " + licence.domain() + ": " + licence.author() + ", " + licence.licence());
                }
            }
            return ExitCode.OK;
        }
    }
}
