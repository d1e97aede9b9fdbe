package io.anchorstream.service.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

import io.anchorstream.model.training.PyTorchModelRuntime;
import io.anchorstream.service.backtest.BacktestSession;
import io.anchorstream.service.backtest.Control;
import io.anchorstream.service.backtest.LossChoice;
import io.anchorstream.service.backtest.SettingsSource;
import io.anchorstream.service.catalogue.PictogramFolder;
import io.anchorstream.service.catalogue.Pictograms;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.demo.DemoFolder;
import io.anchorstream.service.run.Learning;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "backtest",
        description =
                "Compares losses on a recorded catalogue: the real labelling, batching and training code in stream"
                        + " order, without Kafka, with the controls that show what learning and labels were worth.",
        mixinStandardHelpOptions = true)
final class BacktestCommand implements Callable<Integer> {
    /** What pretrained backbones are made for; they see little on the default's 48 pixels. */
    private static final String BACKBONE_IMAGE_SIZE = "224";

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Mixin
    private final SettingsOptions config = new SettingsOptions();

    @Parameters(paramLabel = "FOLDER", arity = "0..1", description = "holds products.jsonl, one JSON object a line")
    private Optional<Path> folder = Optional.empty();

    @Option(
            names = "--loss",
            paramLabel = "NAME",
            split = ",",
            description = "losses to compare, each with options of its own if need be: name:option=value:option=value"
                    + " (default: the configured one and triplet-semi-hard)")
    private List<String> losses = new ArrayList<>();

    @Option(names = "--seeds", paramLabel = "N", description = "runs of each loss (default ${DEFAULT-VALUE})")
    private int seeds = 3;

    @Option(
            names = "--passes",
            paramLabel = "P",
            description = "times the catalogue streams by (default ${DEFAULT-VALUE})")
    private int passes = 1;

    @Option(
            names = "--budget",
            paramLabel = "Bx",
            description = "pictures learned from for each arriving item, e.g. 4x")
    private Optional<String> budget = Optional.empty();

    @Option(names = "--network", paramLabel = "KIND", description = "hybrid, resnet or torchscript")
    private Optional<String> network = Optional.empty();

    @Option(
            names = "--backbone",
            paramLabel = "FILE",
            description = "a TorchScript module under the learned head; pictures of " + BACKBONE_IMAGE_SIZE
                    + " px unless image.size says otherwise")
    private Optional<Path> backbone = Optional.empty();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "receives report.html and results.json (default ${DEFAULT-VALUE})")
    private Path out = Path.of("backtest-report");

    @Option(names = "--demo-catalogue", description = "the demo's pictograms instead of a folder")
    private boolean demoCatalogue;

    @Option(names = "--items", paramLabel = "N", description = "about how many pictograms (default ${DEFAULT-VALUE})")
    private int items = 3_000;

    @Option(
            names = "--transfer",
            paramLabel = "FOLDER",
            description = "another catalogue whose test groups are scored, too; nothing of it is learned from")
    private Optional<Path> transfer = Optional.empty();

    @Option(
            names = "--controls",
            paramLabel = "NAME,...",
            description = "controls that learn and run beside each loss: all, none, or some of fixed-margin,"
                    + " oracle-labels, offline (default ${DEFAULT-VALUE})")
    private String controls = "all";

    @Option(names = "--reword", description = "words each item's text differently, by seeded rules")
    private boolean reword;

    @Option(
            names = "--validation",
            description = "for tuning: leaves the test groups alone and scores every third train group, which then does"
                    + " not train")
    private boolean validation;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (folder.isPresent() == demoCatalogue) {
            throw new ParameterException(spec.commandLine(), "either a FOLDER or --demo-catalogue");
        }
        if (seeds < 1 || passes < 1 || items < 1) {
            throw new ParameterException(spec.commandLine(), "--seeds, --passes and --items are 1 or more");
        }
        SettingsSource source = settings();
        Settings settings = source.with(Map.of());
        List<LossChoice> choices = choices(settings);
        ProgressLine progress = new ProgressLine(spec.commandLine().getOut());
        Path catalogue = folder.isPresent() ? folder.get() : pictograms(settings, progress);
        long first = settings.get(Keys.SEED);
        BacktestSession session = new BacktestSession(
                new BacktestSession.Request(
                        catalogue,
                        transfer,
                        out,
                        choices,
                        LongStream.range(first, first + seeds).boxed().toList(),
                        passes,
                        controls(),
                        validation,
                        reword,
                        source,
                        "anchorstream "
                                + String.join(
                                        " ", spec.commandLine().getParseResult().originalArgs())),
                new BacktestSession.Console() {
                    @Override
                    public void progress(String text) {
                        progress.update(text);
                    }

                    @Override
                    public void say(String text) {
                        progress.end(text);
                    }
                },
                System::nanoTime);
        try {
            BacktestSession.Outcome outcome = session.run(new PyTorchModelRuntime(
                    settings.get(Keys.ENGINE_THREADS), settings.get(Keys.DEVICE), settings.get(Keys.PINNED_MEMORY)));
            progress.end("");
            progress.end("report in " + outcome.report() + ", numbers in " + outcome.results());
            return outcome.refusedLines() == 0 ? ExitCode.OK : ExitCode.REFUSALS;
        } catch (IllegalArgumentException e) {
            throw new Refusal(FailureReport.sentence(e), e);
        }
    }

    private List<LossChoice> choices(Settings settings) {
        List<String> names = new ArrayList<>(losses);
        if (names.isEmpty()) {
            Learning.check(settings);
            names.add(settings.get(Keys.LOSS));
            if (!names.contains("triplet-semi-hard")) {
                names.add("triplet-semi-hard");
            }
        }
        try {
            return names.stream().distinct().map(LossChoice::parse).toList();
        } catch (IllegalArgumentException e) {
            throw new Refusal("--loss: " + e.getMessage(), e);
        }
    }

    private Set<Control> controls() {
        if (controls.strip().equals("none")) {
            return Set.of();
        }
        if (controls.strip().equals("all")) {
            return Control.LEARNED;
        }
        Set<Control> chosen = EnumSet.noneOf(Control.class);
        for (String name : controls.split(",", -1)) {
            chosen.add(Control.LEARNED.stream()
                    .filter(control -> control.id().equals(name.strip()))
                    .findFirst()
                    .orElseThrow(() -> new ParameterException(
                            spec.commandLine(),
                            "--controls takes all, none, or some of fixed-margin, oracle-labels, offline, not "
                                    + name)));
        }
        return chosen;
    }

    private SettingsSource settings() {
        Map<String, String> presets = new LinkedHashMap<>();
        // A recorded catalogue is small: one sampler sees every label, as in the demo.
        presets.put(Keys.SAMPLER_PARTITIONS.name(), "1");
        Map<String, String> flags = new LinkedHashMap<>();
        budget.ifPresent(text -> flags.put(Keys.BATCH_GRADIENTS.name(), budget(text)));
        network.ifPresent(kind -> flags.put(Keys.NETWORK.name(), kind));
        backbone.ifPresent(file -> {
            if (!Files.isRegularFile(file)) {
                throw new Refusal("--backbone: there is no file " + file);
            }
            if (network.isPresent() && !network.get().toLowerCase(Locale.ROOT).equals("torchscript")) {
                throw new ParameterException(
                        spec.commandLine(), "--backbone goes with --network torchscript, not " + network.get());
            }
            presets.put(Keys.IMAGE_SIZE.name(), BACKBONE_IMAGE_SIZE);
            flags.put(Keys.NETWORK.name(), "torchscript");
            Map<String, String> options =
                    new TreeMap<>(config.settings(presets, flags).get(Keys.NETWORK_OPTIONS));
            options.put("file", file.toString());
            flags.put(
                    Keys.NETWORK_OPTIONS.name(),
                    options.entrySet().stream()
                            .map(option -> option.getKey() + "=" + option.getValue())
                            .collect(Collectors.joining(",")));
        });
        return more -> {
            Map<String, String> all = new LinkedHashMap<>(flags);
            all.putAll(more);
            return config.settings(presets, all);
        };
    }

    private String budget(String text) {
        String number = text.strip().toLowerCase(Locale.ROOT);
        number = number.endsWith("x") ? number.substring(0, number.length() - 1) : number;
        if (!number.matches("[1-9]\\d{0,2}")) {
            throw new ParameterException(
                    spec.commandLine(), "--budget is a whole number of pictures for each item, e.g. 4x, not " + text);
        }
        return number;
    }

    private Path pictograms(Settings settings, ProgressLine progress) throws IOException, InterruptedException {
        Path target = new DemoFolder(settings.get(Keys.DATA).resolve("demo")).pictograms(items);
        try (PictogramFolder drawn = PictogramFolder.open(
                target,
                new Pictograms.Options(items, Pictograms.Options.DEFAULT.seed(), Pictograms.Options.DEFAULT.size()),
                Runtime.getRuntime().availableProcessors(),
                done -> progress.update("drawn " + done))) {
            drawn.await();
            return drawn.folder();
        }
    }
}
