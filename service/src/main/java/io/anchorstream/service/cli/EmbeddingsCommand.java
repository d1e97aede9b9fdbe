package io.anchorstream.service.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;

import io.anchorstream.service.export.EmbeddingExport;
import io.anchorstream.service.run.Cluster;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "embeddings",
        description = "Hands embeddings to others.",
        mixinStandardHelpOptions = true,
        subcommands = {EmbeddingsCommand.Export.class, FollowCommand.class})
final class EmbeddingsCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "\"embeddings export --out FILE\" or \"embeddings follow --exec COMMAND\"?");
    }

    @Command(
            name = "export",
            description = "Writes the vectors of one generation to a file: jsonl (one object a line), parquet (a table"
                    + " for pandas, Spark, DuckDB and the like) or npy (a float32 array for NumPy, with FILE.ids.txt"
                    + " beside it).",
            mixinStandardHelpOptions = true)
    static final class Export implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli before run
        private CommandSpec spec;

        @Mixin
        private final DemoAddress address = new DemoAddress();

        @Option(names = "--out", required = true, paramLabel = "FILE", description = "where to")
        @SuppressWarnings("NullAway.Init") // required
        private Path out;

        @Option(
                names = "--format",
                paramLabel = "jsonl|parquet|npy",
                description = "default: what the file's name ends in")
        private Optional<EmbeddingExport.Format> format = Optional.empty();

        @Option(names = "--generation", paramLabel = "N", description = "which (default: the newest that is complete)")
        private Optional<Long> generation = Optional.empty();

        @Option(names = "--json", description = "for programs: the outcome as one JSON object")
        private boolean json;

        /** What {@code --json} answers; {@code ids} is null where the vectors' file has them. */
        private record Answer(
                String file, String format, @Nullable String ids, long generation, long written, long others) {}

        @Override
        public Integer call() throws IOException {
            Path folder = out.toAbsolutePath().getParent();
            if (folder == null || !Files.isDirectory(folder)) {
                throw new ParameterException(
                        spec.commandLine(), "there is no folder " + folder + " for --out " + out + "; make it first");
            }
            EmbeddingExport.Format written = format.or(() -> EmbeddingExport.Format.of(out))
                    .orElseThrow(() -> new ParameterException(
                            spec.commandLine(),
                            "the name of --out " + out + " does not end in a format there is: .jsonl, .parquet or .npy;"
                                    + " --format jsonl|parquet|npy takes any name"));
            DemoAddress.Found found = address.find();
            found.requireReachable();
            Cluster cluster = found.cluster();
            EmbeddingExport.Outcome outcome;
            try (Consumer<String, byte[]> consumer = cluster.reader()) {
                EmbeddingExport export = new EmbeddingExport(cluster.topics(), consumer, cluster.anyRecord());
                EmbeddingExport.Generations there = export.generations();
                long wanted = generation.orElse(there.newestComplete());
                if (generation.isEmpty() && wanted < 0) {
                    throw new Refusal("no generation is complete yet; --generation N takes one as far as it is");
                }
                if (!there.known().contains(wanted)) {
                    throw new Refusal("there is no generation " + wanted + "; there are: " + there.text()
                            + ". Without --generation the newest complete one is taken");
                }
                outcome = export.write(wanted, written, out);
                if (outcome.written() == 0) {
                    throw new Refusal(String.format(
                            Locale.ROOT,
                            "no item has its newest vector in generation %d, so nothing is written; the newest complete"
                                    + " generation is %d, and vectors of older ones leave the topic as items get newer ones",
                            wanted,
                            there.newestComplete()));
                }
            }
            PrintWriter text = spec.commandLine().getOut();
            Optional<String> ids = written.ids(out).map(Path::toString);
            text.println(
                    json
                            ? JsonText.of(new Answer(
                                    out.toString(),
                                    written.label(),
                                    ids.orElse(null),
                                    outcome.generation(),
                                    outcome.written(),
                                    outcome.others()))
                            : String.format(
                                    Locale.ROOT,
                                    "%,d vectors of generation %d in %s%s%s",
                                    outcome.written(),
                                    outcome.generation(),
                                    out,
                                    ids.map(file -> ", the ids of its rows in " + file)
                                            .orElse(""),
                                    outcome.others() == 0
                                            ? ""
                                            : String.format(
                                                    Locale.ROOT,
                                                    "; left out %,d items whose newest vector is of another generation",
                                                    outcome.others())));
            return outcome.others() == 0 ? ExitCode.OK : ExitCode.REFUSALS;
        }
    }
}
