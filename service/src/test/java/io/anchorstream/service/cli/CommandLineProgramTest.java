package io.anchorstream.service.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.anchorstream.service.embedded.DataFolderLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

import static org.assertj.core.api.Assertions.assertThat;

/** What people see who mistype, or ask where nothing runs. */
class CommandLineProgramTest {
    private final StringWriter err = new StringWriter();
    private final StringWriter out = new StringWriter();

    private int run(String... arguments) {
        CommandLine program = CommandLineProgram.commandLine();
        program.setErr(new PrintWriter(err, true)).setOut(new PrintWriter(out, true));
        program.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        return program.execute(arguments);
    }

    @Test
    void aWrongFlagGivesTheErrorAndOneHint() {
        assertThat(run("demo", "--itms", "5")).isEqualTo(ExitCode.USAGE);

        assertThat(err.toString().strip().lines()).hasSize(2).first().asString().contains("Unknown option", "--itms");
        assertThat(err.toString()).contains("--items", "anchorstream demo --help");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void valuesOfTheWrongTypeAreExplainedInWords() {
        assertThat(run("demo", "--port", "abc")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .contains("'--port'", "'abc' is not a whole number")
                .doesNotContain("int");
    }

    @Test
    void portsBeyondTheLastAreRefused() {
        assertThat(run("demo", "--port", "70000")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--port is a port from 0", "65535, not 70000");
    }

    @Test
    void aTakenPortIsNamedWithAnother() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(run("demo", "--port", Integer.toString(taken.getLocalPort())))
                    .isEqualTo(ExitCode.USAGE);
            assertThat(err.toString()).contains("port " + taken.getLocalPort() + " is taken", "--port ");
        }
    }

    @Test
    void aFolderInUseIsNamedBeforeATakenPort(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("page.address"), "http://127.0.0.1:4711/");
        try (DataFolderLock lock = DataFolderLock.acquire(folder);
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(lock).isNotNull();
            assertThat(run("demo", "--data", folder.toString(), "--port", Integer.toString(taken.getLocalPort())))
                    .isEqualTo(ExitCode.FAILED);
        }
        assertThat(err.toString())
                .contains("is in use: a demo runs already on http://127.0.0.1:4711/")
                .doesNotContain("is taken", ".:")
                .endsWith("choose another folder with --data." + System.lineSeparator());
    }

    @Test
    void formatsAreListedAsTheyAreWritten() {
        assertThat(run("embeddings", "export", "--out", "x", "--format", "csv")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("'csv' is not a format; there are jsonl, npy, parquet");
    }

    @Test
    void completionIsForBashAndZsh() {
        assertThat(run("completion", "zsh")).isZero();
        assertThat(out.toString()).contains("ZSH_VERSION");
        assertThat(run("completion", "fish")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("for bash and zsh, not for fish");
    }

    @Test
    void doctorSaysThatNoDemoIsRunning(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("kafka.port"), "1");
        Files.writeString(folder.resolve("registry.port"), "1");
        assertThat(run("doctor", "--data", folder.toString())).isEqualTo(ExitCode.ATTENTION);
        assertThat(out.toString())
                .contains("no demo is running on " + folder, "./anchorstream demo --data " + folder, "java")
                .doesNotContain("kafka.bootstrap.servers");
    }

    @Test
    void rolesAreListedAsTheyAreWritten() {
        assertThat(run("run", "--roles", "label,teach")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("'teach' is not a role; there are label, train, embed, index");
    }

    @Test
    void everyOptionOfEveryCommandTakesAValue() {
        List<String> taken = new ArrayList<>();
        takeValues(CommandLineProgram.commandLine(), taken);

        assertThat(taken).contains("anchorstream embeddings export --generation", "anchorstream demo --port");
    }

    private static void takeValues(CommandLine command, List<String> taken) {
        for (OptionSpec option : command.getCommandSpec().options()) {
            try {
                command.parseArgs(option.longestName(), "1");
                taken.add(command.getCommandSpec().qualifiedName() + " " + option.longestName());
            } catch (CommandLine.MissingTypeConverterException e) {
                throw new AssertionError(command.getCommandSpec().qualifiedName() + " " + option.longestName(), e);
            } catch (CommandLine.ParameterException e) {
                // Another flag is missing, or 1 is no value of this one: both come after the conversion was found.
                taken.add(command.getCommandSpec().qualifiedName() + " " + option.longestName());
            }
        }
        command.getSubcommands().values().forEach(sub -> takeValues(sub, taken));
    }

    @Test
    void aGenerationToExportIsANumber() {
        assertThat(run("embeddings", "export", "--out", "x.jsonl", "--generation", "three"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("'--generation'", "three");
    }

    @Test
    void aFileToExportToWhoseNameSaysNoFormatIsRefusedWithThoseThereAre(@TempDir Path folder) {
        String file = folder.resolve("vectors.csv").toString();

        assertThat(run("embeddings", "export", "--out", file)).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains(file, ".jsonl, .parquet or .npy", "--format");

        err.getBuffer().setLength(0);
        assertThat(run("embeddings", "export", "--out", file, "--format", "jsonl", "--data", folder.toString()))
                .isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("no demo ever ran");
    }

    @Test
    void aDryRunOfIngestLooksAtPicturesAndAddresses(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("products.jsonl"), """
                {"id": "a", "title": "one", "description": "one", "image": "missing.png"}
                {"id": "b", "title": "two", "description": "two", "image": "http://[::1]/p.png"}
                """);

        assertThat(run("ingest", folder.toString(), "--dry-run")).isEqualTo(ExitCode.FAILED);

        assertThat(out.toString())
                .contains("line 1, left out: no picture missing.png", "line 2, left out: the picture of b: [::1] is an")
                .contains("0 items would be sent; nothing was (a dry run)");
        assertThat(err.toString()).contains("nothing was ingested", "no line that can be used");
    }

    @Test
    void aDryRunOfIngestDoesNotEndWellWhereItemsWillBeDeadLetters(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("p.png"), "no picture");
        Files.writeString(folder.resolve("products.jsonl"), "{\"id\": \"a\", \"image\": \"p.png\"}");
        assertThat(run("ingest", folder.toString(), "--dry-run")).isEqualTo(ExitCode.REFUSALS);
        assertThat(out.toString()).contains("line 1, will be a dead letter: p.png: this is no PNG, JPEG, GIF or BMP");

        Files.writeString(folder.resolve("products.jsonl"), "");
        assertThat(run("ingest", folder.toString(), "--dry-run")).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("nothing was ingested", "is empty");
    }

    @Test
    void whatIsTrainedWithIsLookedAtBeforeAnythingStarts(@TempDir Path folder) {
        assertThat(run("demo", "--data", folder.toString(), "--set", "train.loss=foo"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(run("run", "--bootstrap-servers", "localhost:1", "--set", "train.loss=foo"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString().strip().lines())
                .hasSize(2)
                .allMatch(line -> line.contains("there is no loss 'foo'") && line.contains("adaptive-triplet"));

        assertThat(run("demo", "--data", folder.toString(), "--set", "train.loss-options=beeta=1"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("has no option 'beeta'");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void theDemoSaysThatItDoesNotTakeAnothersBrokers() {
        assertThat(run("demo", "--bootstrap-servers", "localhost:9092")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("brings its own broker", "./anchorstream run --bootstrap-servers");
    }

    @Test
    void helpListsEveryCommandOfTheLauncher() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("demo", "run", "ingest", "backtest", "bench", "topics", "status");
    }

    @Test
    void statusOfAFolderWithoutADemoSaysWhatToStart(@TempDir Path folder) {
        assertThat(run("status", "--data", folder.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString())
                .contains(
                        "no demo ever ran on " + folder, "./anchorstream demo --data " + folder, "--bootstrap-servers");
    }

    @Test
    void everyCommandOnAClusterFindsADemoByItsFolder(@TempDir Path folder) {
        for (String command : List.of(
                "topics diff",
                "topics create",
                "dead-letters list",
                "dead-letters replay --all",
                "embeddings export --out x.npy --generation 3",
                "embeddings follow --exec true",
                "model list",
                "refresh status",
                "doctor")) {
            err.getBuffer().setLength(0);
            assertThat(run((command + " --data " + folder).split(" ")))
                    .as(command)
                    .isEqualTo(ExitCode.FAILED);
            assertThat(err.toString()).as(command).contains("no demo ever ran on " + folder);
        }
    }

    @Test
    void statusOfADemoThatHasNoBrokerYetSaysThatItIsStarting(@TempDir Path folder) throws Exception {
        long process = ProcessHandle.current().pid();
        Files.writeString(folder.resolve("in-use.lock"), Long.toString(process));

        assertThat(run("status", "--data", folder.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("the demo on " + folder + " (process " + process + ") is starting");
    }

    @Test
    void ingestLooksAtTheFolderBeforeItLooksForABroker(@TempDir Path folder) throws Exception {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThat(run("ingest", empty.toString(), "--data", folder.toString())).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("no products.jsonl in " + empty).doesNotContain("demo is running");

        Files.writeString(empty.resolve("products.jsonl"), "{}");
        assertThat(run("ingest", empty.toString(), "--data", folder.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("no demo ever ran on " + folder);
    }

    @Test
    void aRunningServiceWithoutItsTopicsIsStarting() {
        var status = new io.anchorstream.service.monitor.ServiceStatus(
                null,
                java.util.List.of("catalog.items"),
                0,
                java.util.List.of(),
                new io.anchorstream.service.monitor.ServiceStatus.Learning(0, null),
                null,
                null,
                null,
                new io.anchorstream.service.monitor.ServiceStatus.DeadLetterCount(0, java.util.Map.of()),
                new io.anchorstream.service.index.Freshness().quantiles());

        assertThat(status.attention()).contains("topics create");
        assertThat(status.of(Optional.of("the demo on x (process 7)")).attention())
                .isEqualTo("the demo on x (process 7) is starting: its topics are not all there yet;"
                        + " ask again in a few seconds");
    }
}
