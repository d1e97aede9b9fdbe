package io.anchorstream.service.backtest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

import io.anchorstream.model.text.TextEncoder;
import io.anchorstream.model.training.ModelRuntime;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.run.Labelling;

/** From a folder on disk to a report on disk. */
public final class BacktestSession {
    private final Request request;
    private final Console console;
    private final LongSupplier nanos;

    /**
     * What was asked for.
     *
     * @param out receives {@code results.json} and {@code report.html}
     * @param seeds how many; they count from the configured one
     * @param validation scores a part of the train groups instead of the test groups, for tuning
     * @param transfer another catalogue folder whose test groups are scored, too
     * @param controls of those that learn, which run beside each loss
     * @param reword words each item's text differently
     * @param command shown in the report
     */
    public record Request(
            Path folder,
            Optional<Path> transfer,
            Path out,
            List<LossChoice> losses,
            List<Long> seeds,
            int passes,
            Set<Control> controls,
            boolean validation,
            boolean reword,
            SettingsSource settings,
            String command) {
        public Request {
            losses = List.copyOf(losses);
            seeds = List.copyOf(seeds);
            controls = Set.copyOf(controls);
        }
    }

    /** Where progress and results go. */
    public interface Console {
        /** Shows how far things are; the next call may replace it. */
        void progress(String text);

        /** Prints a line that stays. */
        void say(String text);
    }

    /** What there is to show for it. */
    public record Outcome(int refusedLines, Path report, Path results, List<BacktestRun> runs) {}

    /** @param nanos clock of the progress line and of {@code seconds} */
    public BacktestSession(Request request, Console console, LongSupplier nanos) {
        this.request = request;
        this.console = console;
        this.nanos = nanos;
    }

    /**
     * @throws IOException if the folder is no catalogue or the report cannot be written
     * @throws IllegalArgumentException if the catalogue leaves nothing to train on or to score; says what it lacks
     */
    public Outcome run(ModelRuntime runtime) throws IOException {
        Files.createDirectories(request.out());
        Settings settings = request.settings().with(Map.of());
        BacktestCatalogue catalogue;
        Optional<BacktestCatalogue> transfer = Optional.empty();
        String encoderVersion;
        try (TextEncoder encoder = Labelling.textEncoder(settings)) {
            encoderVersion = encoder.version();
            catalogue = read(
                    request.folder(), request.validation() ? TestSplit.VALIDATION : TestSplit.TEST, settings, encoder);
            if (request.transfer().isPresent()) {
                transfer = Optional.of(read(request.transfer().get(), TestSplit.TEST, settings, encoder));
            }
        }
        console.say(catalogue.name() + ": " + catalogue.train().size() + " items are streamed, "
                + catalogue.test().size() + " of other groups are scored; " + catalogue.refused()
                + " lines were left out");
        if (catalogue.train().isEmpty() || catalogue.test().isEmpty()) {
            throw new IllegalArgumentException("a backtest needs items to train on and items of other groups to score;"
                    + " of " + request.folder() + " there are "
                    + catalogue.train().size() + " and "
                    + catalogue.test().size() + " that can be used");
        }
        Backtest.Plan plan = new Backtest.Plan(
                request.losses(),
                request.seeds(),
                request.passes(),
                request.controls(),
                request.settings(),
                request.command());
        if (transfer.isPresent() && transfer.get().test().isEmpty()) {
            throw new IllegalArgumentException(
                    "--transfer " + request.transfer().orElseThrow() + " has no item that can be scored");
        }
        Path results = request.out().resolve("results.json");
        BacktestResult result = new Backtest(plan, catalogue, transfer, encoderVersion, runtime, nanos)
                .run(console::progress, soFar -> ResultsFile.write(results, soFar));
        result.notes().forEach(console::say);
        ConsoleTable.of(result).forEach(console::say);
        ResultsFile.write(results, result);
        Path report = request.out().resolve("report.html");
        Files.writeString(report, ReportPage.html(result));
        return new Outcome(catalogue.refused(), report, results, result.runs());
    }

    private BacktestCatalogue read(Path folder, TestSplit split, Settings settings, TextEncoder encoder)
            throws IOException {
        return new CatalogueReader(
                        Labelling.decoder(settings),
                        encoder,
                        request.reword() ? Optional.of(new Rewording(1)) : Optional.empty(),
                        split,
                        new CatalogueReader.Listener() {
                            @Override
                            public void read(String what, int done) {
                                console.progress("reading " + what + ": " + done + " so far");
                            }

                            @Override
                            public void problem(String sentence) {
                                console.say(sentence);
                            }
                        })
                .read(folder);
    }
}
