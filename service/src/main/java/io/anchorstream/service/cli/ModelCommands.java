package io.anchorstream.service.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.anchorstream.avro.CommandType;
import io.anchorstream.avro.ModelCommand;
import io.anchorstream.avro.ModelVersion;
import io.anchorstream.model.training.ModelArtifact;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.demo.DemoFolder;
import io.anchorstream.service.monitor.Score;
import io.anchorstream.service.operate.ModelDesk;
import io.anchorstream.service.operate.ModelExport;
import io.anchorstream.service.operate.VersionSummary;
import io.anchorstream.service.run.UnreachableException;
import io.anchorstream.topology.versions.VersionHistory;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "model",
        description = "Shows model versions, and tells the trainer which to serve; see docs/versions.md.",
        mixinStandardHelpOptions = true,
        subcommands = {
            ModelCommands.ListVersions.class,
            ModelCommands.Show.class,
            ModelCommands.Promote.class,
            ModelCommands.Rollback.class,
            ModelCommands.Pin.class,
            ModelCommands.Unpin.class,
            ModelCommands.Pause.class,
            ModelCommands.Resume.class,
            ModelCommands.Export.class,
        })
final class ModelCommands implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "\"model list\" shows the versions; --help the rest");
    }

    private abstract static class OnVersions implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli before run
        CommandSpec spec;

        @Mixin
        final DemoAddress address = new DemoAddress();

        @Option(names = "--json", description = "for programs: JSON")
        boolean json;

        final ModelDesk desk() throws IOException {
            DemoAddress.Found found = address.find();
            found.requireReachable();
            return new ModelDesk(found.cluster(), Clock.systemUTC());
        }

        /** Where files go that nobody named a place for: never into whatever folder the command was given in. */
        final Path exports() throws IOException {
            DemoAddress.Found found = address.find();
            return found.demo()
                    .map(DemoFolder::root)
                    .orElse(found.settings().get(Keys.DATA))
                    .resolve("exports");
        }

        final PrintWriter out() {
            return spec.commandLine().getOut();
        }

        final void print(Object value) throws IOException {
            out().println(JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .build()
                    .writeValueAsString(value));
        }
    }

    @Command(name = "list", description = "Lists the versions, the newest first.", mixinStandardHelpOptions = true)
    static final class ListVersions extends OnVersions {
        @Override
        public Integer call() throws IOException {
            VersionHistory history = desk().history();
            List<VersionSummary> versions = new ArrayList<>();
            history.versions().forEach(event -> versions.add(0, VersionSummary.of(event, history)));
            if (json) {
                print(versions);
                return ExitCode.OK;
            }
            out().println(
                            "version  state        gen  parent     step  pictures  hold-out MAP@R         Recall@1    test Recall@1");
            for (VersionSummary one : versions) {
                out().printf(
                                Locale.ROOT,
                                "%7d  %-11s %4s  %6s  %7d  %8s  %14s  %15s  %15s  %s%n",
                                one.version(),
                                one.state().toLowerCase(Locale.ROOT).replace('_', ' '),
                                one.generation() < 0 ? "" : one.generation(),
                                one.parent() < 0 ? "" : one.parent(),
                                one.step(),
                                pictures(one),
                                share(one, "holdout.map_at_r"),
                                share(one, "holdout.recall_at_1"),
                                share(one, "test.recall_at_1"),
                                (one.serving() ? "in service" : "")
                                        + (one.pinned() ? ", pinned" : "")
                                        + (one.paused() ? ", training paused" : ""));
            }
            out().println("in brackets: points over the untrained network on the same pictures; the hold-out grows with"
                    + " the catalogue, so compare versions by these");
            return ExitCode.OK;
        }

        private static String pictures(VersionSummary one) {
            Double pictures =
                    one.metrics().getOrDefault("holdout.pictures", one.metrics().get("holdout.items"));
            return pictures == null ? "-" : String.format(Locale.ROOT, "%,.0f", pictures);
        }

        private static String share(VersionSummary one, String score) {
            Double value = one.metrics().get(score);
            Double untrained = one.baselines().get(Score.UNTRAINED + score);
            if (value == null) {
                return "-";
            }
            String text = String.format(Locale.ROOT, "%.1f %%", 100 * value);
            return untrained == null || one.version() == 0
                    ? text
                    : text + String.format(Locale.ROOT, " (%+.1f)", 100 * (value - untrained));
        }
    }

    @Command(name = "show", description = "All that is known of a version.", mixinStandardHelpOptions = true)
    static final class Show extends OnVersions {
        @Parameters(paramLabel = "N", description = "the version")
        private long version;

        @Override
        public Integer call() throws IOException {
            VersionHistory history = desk().history();
            VersionSummary summary = VersionSummary.of(find(history, version), history);
            if (json) {
                print(summary);
            } else {
                summary.lines().forEach(out()::println);
            }
            return ExitCode.OK;
        }
    }

    private static ModelVersion find(VersionHistory history, long version) {
        return history.version(version)
                .orElseThrow(() -> new Refusal("there is no version " + version
                        + history.newest()
                                .map(newest -> "; the newest is " + newest.getVersion())
                                .orElse(": nothing was published yet")));
    }

    /** Sends a command and prints its answer. */
    private abstract static class Order extends OnVersions {
        @Option(
                names = "--wait",
                paramLabel = "SECONDS",
                description = "for the trainer's answer (default ${DEFAULT-VALUE})")
        private int wait = 60;

        @Option(
                names = "--id",
                paramLabel = "TEXT",
                description =
                        "of the command: sent twice it is carried out once and answered alike (default: a new one)")
        private String id = UUID.randomUUID().toString();

        @Option(names = "--issuer", paramLabel = "NAME", description = "for the record (default: the user's name)")
        private String issuer = System.getProperty("user.name", "");

        final int carryOut(CommandType type, @Nullable Long version) throws IOException, InterruptedException {
            ModelCommand command = ModelCommand.newBuilder()
                    .setId(id)
                    .setCommand(type)
                    .setVersion(version)
                    .setIssuer(issuer)
                    .setTimestamp(Clock.systemUTC().millis())
                    .build();
            Optional<ModelDesk.Answer> answer = desk().carryOut(command, Duration.ofSeconds(wait));
            if (answer.isEmpty()) {
                throw new UnreachableException("no trainer answered within " + wait + " s. The command " + id
                        + " stays on the topic and is carried out by the next trainer: \"./anchorstream status\" says"
                        + " whether one runs, and --id " + id + " asks for the answer again");
            }
            if (json) {
                print(answer.get());
            } else {
                out().println(answer.get().text());
            }
            return answer.get().accepted() ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    @Command(
            name = "promote",
            description = "Puts a version in service, whatever the gate said. Training goes on as it was.",
            mixinStandardHelpOptions = true)
    static final class Promote extends Order {
        @Parameters(paramLabel = "N", description = "the version")
        private long version;

        @Override
        public Integer call() throws Exception {
            return carryOut(CommandType.PROMOTE, version);
        }
    }

    @Command(
            name = "rollback",
            description = "Returns service and training to an earlier version, and pins it (gate.rollback-sticks).",
            mixinStandardHelpOptions = true)
    static final class Rollback extends Order {
        @Parameters(arity = "0..1", paramLabel = "N", description = "the version (default: the one in service before)")
        private @Nullable Long version;

        @Override
        public Integer call() throws Exception {
            return carryOut(CommandType.ROLLBACK, version);
        }
    }

    @Command(
            name = "pin",
            description = "Keeps a version in service until an unpin; puts it there first.",
            mixinStandardHelpOptions = true)
    static final class Pin extends Order {
        @Parameters(arity = "0..1", paramLabel = "N", description = "the version (default: the one in service)")
        private @Nullable Long version;

        @Override
        public Integer call() throws Exception {
            return carryOut(CommandType.PIN, version);
        }
    }

    @Command(name = "unpin", description = "Lets the gate decide again.", mixinStandardHelpOptions = true)
    static final class Unpin extends Order {
        @Override
        public Integer call() throws Exception {
            return carryOut(CommandType.UNPIN, null);
        }
    }

    @Command(name = "pause", description = "Stops training between two steps.", mixinStandardHelpOptions = true)
    static final class Pause extends Order {
        @Override
        public Integer call() throws Exception {
            return carryOut(CommandType.PAUSE, null);
        }
    }

    @Command(name = "resume", description = "Goes on training.", mixinStandardHelpOptions = true)
    static final class Resume extends Order {
        @Override
        public Integer call() throws Exception {
            return carryOut(CommandType.RESUME, null);
        }
    }

    @Command(
            name = "export",
            description = "Writes a version's weights (safetensors), and what is needed to build the network (JSON).",
            mixinStandardHelpOptions = true)
    static final class Export extends OnVersions {
        @Parameters(paramLabel = "N", description = "the version")
        private long version;

        @Option(names = "--out", paramLabel = "FOLDER", description = "where to (default: exports in the data folder)")
        private Optional<Path> folder = Optional.empty();

        @Option(
                names = "--torchscript",
                description = "also the whole model as one file for torch.jit.load: pictures in, vectors out")
        private boolean torchscript;

        @Override
        public Integer call() throws IOException {
            ModelDesk desk = desk();
            ModelVersion event = find(desk.history(), version);
            ModelArtifact artifact = desk.weights(event);
            Path to = folder.isPresent() ? folder.get() : exports();
            ModelExport.Files files;
            try {
                files = torchscript
                        ? ModelExport.withTorchScript(event, artifact, to)
                        : ModelExport.write(event, artifact, to);
            } catch (IllegalArgumentException e) {
                throw new Refusal("version " + version + ": " + e.getMessage(), e);
            }
            if (json) {
                print(files);
            } else {
                String script = files.torchscript();
                out().println("wrote " + files.weights() + (script == null ? "" : ", " + script) + " and "
                        + files.description());
            }
            return ExitCode.OK;
        }
    }
}
