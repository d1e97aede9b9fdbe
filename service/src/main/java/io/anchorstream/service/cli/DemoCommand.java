package io.anchorstream.service.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.demo.Demo;
import io.anchorstream.service.demo.DemoFolder;
import io.anchorstream.service.run.Learning;
import io.anchorstream.service.run.RunningRole;
import io.anchorstream.service.run.StoppedException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "demo",
        description =
                "Shows the whole service at work in one process: an embedded Kafka broker and schema registry, all"
                        + " roles, 10,000 pictograms as nine vendors draw them, and the search page.",
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Mixin
    private final SettingsOptions config = new SettingsOptions();

    @Option(
            names = "--rate",
            paramLabel = "N|max",
            description = "items a second, once the test groups are in (default ${DEFAULT-VALUE})")
    private String rate = "50";

    @Option(names = "--port", paramLabel = "N", description = "of the page (default ${DEFAULT-VALUE})")
    private int port = 8080;

    @Option(
            names = "--data",
            paramLabel = "FOLDER",
            description = "where everything is kept; a restart goes on from there (default ${DEFAULT-VALUE})")
    private Path data = Path.of("data", "demo");

    @Option(names = "--items", paramLabel = "N", description = "about how many items (default ${DEFAULT-VALUE})")
    private int items = 10_000;

    @Option(names = "--fresh", description = "begin again: forget what an earlier run left (drawn pictures are kept)")
    private boolean fresh;

    @Option(
            names = "--kafka-port",
            paramLabel = "N",
            description = "of the broker (default: any free one, then the same)")
    private int kafkaPort;

    @Option(names = "--registry-port", paramLabel = "N", description = "of the registry (default: as for the broker)")
    private int registryPort;

    @Option(names = "--bootstrap-servers", hidden = true)
    private Optional<String> otherBrokers = Optional.empty();

    @Option(names = "--registry-url", hidden = true)
    private Optional<String> otherRegistry = Optional.empty();

    @Override
    public Integer call() throws Exception {
        double pace = pace();
        if (items < 1) {
            throw new CommandLine.ParameterException(spec.commandLine(), "--items must be at least 1, not " + items);
        }
        if (otherBrokers.isPresent() || otherRegistry.isPresent()) {
            throw new Refusal(
                    "the demo brings its own broker and registry and cannot use yours; on a cluster of your own,"
                            + " ./anchorstream run --bootstrap-servers HOST:PORT --registry-url URL runs the service and"
                            + " ./anchorstream ingest fills it");
        }
        DemoFolder folder = new DemoFolder(data);
        folder.requireFree();
        FreePort.require(port, "--port");
        FreePort.require(kafkaPort, "--kafka-port");
        FreePort.require(registryPort, "--registry-port");
        Map<String, String> flags = Map.of(Keys.HTTP_PORT.name(), Integer.toString(port));
        // Before anything is started: a mistake in the configuration must not cost half a minute.
        Learning.check(config.settings(folder.presets(items), flags));
        ProgressLine progress = new ProgressLine(spec.commandLine().getOut());
        try (Demo demo = Demo.start(
                new Demo.Options(folder, items, pace, fresh, kafkaPort, registryPort, again()),
                addresses -> {
                    Map<String, String> fixed = new LinkedHashMap<>(flags);
                    fixed.putAll(addresses);
                    return config.settings(folder.presets(items), fixed);
                },
                progress)) {
            Optional<RunningRole> failed = demo.await();
            failed.ifPresent(role -> Ended.report(spec.commandLine().getErr(), role, demo.log()));
            return failed.isPresent() ? ExitCode.FAILED : ExitCode.OK;
        } catch (StoppedException e) {
            return ExitCode.OK; // it was said by what was stopped
        }
    }

    /** The command that goes on where this one stops: every flag but the one that begins again. */
    private String again() {
        return "./anchorstream "
                + spec.commandLine().getParseResult().originalArgs().stream()
                        .filter(argument -> !argument.equals("--fresh"))
                        .map(Settings::printable)
                        .map(argument -> argument.matches("[\\w@%+=:,./-]+") ? argument : "'" + argument + "'")
                        .collect(Collectors.joining(" "));
    }

    private double pace() {
        if (rate.toLowerCase(Locale.ROOT).equals("max")) {
            return Double.POSITIVE_INFINITY;
        }
        try {
            double value = Double.parseDouble(rate);
            if (value > 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "--rate is a number of items a second or max, not " + rate, e);
        }
        throw new CommandLine.ParameterException(
                spec.commandLine(), "--rate is a number of items a second above 0, or max, not " + rate);
    }
}
