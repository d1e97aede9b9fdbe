package io.anchorstream.service.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.anchorstream.avro.CommandType;
import io.anchorstream.avro.ModelCommand;
import io.anchorstream.avro.ModelVersion;
import io.anchorstream.model.training.ModelArtifact;
import io.anchorstream.service.config.Keys;
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
        mixinStandardHelpOptions = true)
final class ModelCommands implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "\"model list\" shows the versions; --help the rest");
    }

    /** What every one of them takes: where the versions are, and how to answer. */
    static class Versions {
        @Spec(Spec.Target.MIXEE)
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
            return address.find().settings().get(Keys.DATA).resolve("exports");
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
    int list(@Mixin Versions versions) throws IOException {
        VersionHistory history = versions.desk().history();
        List<VersionSummary> newestFirst = new ArrayList<>();
        history.versions().forEach(event -> newestFirst.add(0, VersionSummary.of(event, history)));
        if (versions.json) {
            versions.print(newestFirst);
        } else {
            VersionTable.print(newestFirst, versions.out());
        }
        return ExitCode.OK;
    }

    @Command(name = "show", description = "All that is known of a version.", mixinStandardHelpOptions = true)
    int show(@Mixin Versions versions, @Parameters(paramLabel = "N", description = "the version") long version)
            throws IOException {
        VersionHistory history = versions.desk().history();
        VersionSummary summary = VersionSummary.of(find(history, version), history);
        if (versions.json) {
            versions.print(summary);
        } else {
            summary.lines().forEach(versions.out()::println);
        }
        return ExitCode.OK;
    }

    private static ModelVersion find(VersionHistory history, long version) {
        return history.version(version)
                .orElseThrow(() -> new Refusal("there is no version " + version
                        + history.newest()
                                .map(newest -> "; the newest is " + newest.getVersion())
                                .orElse(": nothing was published yet")));
    }

    /** Sends a command and prints its answer. */
    static final class Order extends Versions {
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

        int carryOut(CommandType type, @Nullable Long version) throws IOException, InterruptedException {
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
    int promote(@Mixin Order order, @Parameters(paramLabel = "N", description = "the version") long version)
            throws IOException, InterruptedException {
        return order.carryOut(CommandType.PROMOTE, version);
    }

    @Command(
            name = "rollback",
            description = "Returns service and training to an earlier version, and pins it (gate.rollback-sticks).",
            mixinStandardHelpOptions = true)
    int rollback(
            @Mixin Order order,
            @Parameters(
                            arity = "0..1",
                            paramLabel = "N",
                            description = "the version (default: the one in service before)")
                    @Nullable
                    Long version)
            throws IOException, InterruptedException {
        return order.carryOut(CommandType.ROLLBACK, version);
    }

    @Command(
            name = "pin",
            description = "Keeps a version in service until an unpin; puts it there first.",
            mixinStandardHelpOptions = true)
    int pin(
            @Mixin Order order,
            @Parameters(arity = "0..1", paramLabel = "N", description = "the version (default: the one in service)")
                    @Nullable
                    Long version)
            throws IOException, InterruptedException {
        return order.carryOut(CommandType.PIN, version);
    }

    @Command(name = "unpin", description = "Lets the gate decide again.", mixinStandardHelpOptions = true)
    int unpin(@Mixin Order order) throws IOException, InterruptedException {
        return order.carryOut(CommandType.UNPIN, null);
    }

    @Command(name = "pause", description = "Stops training between two steps.", mixinStandardHelpOptions = true)
    int pause(@Mixin Order order) throws IOException, InterruptedException {
        return order.carryOut(CommandType.PAUSE, null);
    }

    @Command(name = "resume", description = "Goes on training.", mixinStandardHelpOptions = true)
    int resume(@Mixin Order order) throws IOException, InterruptedException {
        return order.carryOut(CommandType.RESUME, null);
    }

    @Command(
            name = "export",
            description = "Writes a version's weights (safetensors), and what is needed to build the network (JSON).",
            mixinStandardHelpOptions = true)
    int export(
            @Mixin Versions versions,
            @Parameters(paramLabel = "N", description = "the version") long version,
            @Option(
                            names = "--out",
                            paramLabel = "FOLDER",
                            description = "where to (default: exports in the data folder)")
                    @Nullable
                    Path folder,
            @Option(
                            names = "--torchscript",
                            description =
                                    "also the whole model as one file for torch.jit.load: pictures in, vectors out")
                    boolean torchscript)
            throws IOException {
        ModelDesk desk = versions.desk();
        ModelVersion event = find(desk.history(), version);
        ModelArtifact artifact = desk.weights(event);
        Path to = folder == null ? versions.exports() : folder;
        ModelExport.Files files;
        try {
            files = torchscript
                    ? ModelExport.withTorchScript(event, artifact, to)
                    : ModelExport.write(event, artifact, to);
        } catch (IllegalArgumentException e) {
            throw new Refusal("version " + version + ": " + e.getMessage(), e);
        }
        if (versions.json) {
            versions.print(files);
        } else {
            String script = files.torchscript();
            versions.out()
                    .println("wrote " + files.weights() + (script == null ? "" : ", " + script) + " and "
                            + files.description());
        }
        return ExitCode.OK;
    }
}
