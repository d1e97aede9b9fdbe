package io.anchorstream.service.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.service.catalogue.CatalogueFolder;
import io.anchorstream.service.ingest.FolderIngest;
import io.anchorstream.service.ingest.ItemWriter;
import io.anchorstream.service.run.Cluster;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "ingest",
        description = "Puts a catalogue folder (products.jsonl and pictures) onto the topic. An item's id is its key:"
                + " doing it again after an interruption is safe.",
        mixinStandardHelpOptions = true)
final class IngestCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before run
    private CommandSpec spec;

    @Mixin
    private final DemoAddress address = new DemoAddress();

    @Parameters(paramLabel = "FOLDER", description = "holds products.jsonl, one JSON object a line")
    @SuppressWarnings("NullAway.Init") // required
    private Path folder;

    @Override
    public Integer call() throws IOException {
        if (!Files.isRegularFile(folder.resolve(CatalogueFolder.PRODUCTS))) {
            throw new Refusal((Files.isDirectory(folder) ? "no " + CatalogueFolder.PRODUCTS + " in " : "no folder ")
                    + folder + "; a catalogue folder holds " + CatalogueFolder.PRODUCTS
                    + ", one JSON object a line, and the pictures it names");
        }
        DemoAddress.Found found = address.find();
        found.requireReachable();
        Cluster cluster = found.cluster();
        ProgressLine progress = new ProgressLine(spec.commandLine().getOut());
        long began = System.nanoTime();
        String topic = cluster.topics().catalogItems().name();
        try (ItemWriter writer = ItemWriter.open(
                topic, cluster.clientConfig(), cluster.serde(CatalogItem.class).serializer())) {
            FolderIngest.Outcome outcome = new FolderIngest(folder, writer).run(new FolderIngest.Listener() {
                @Override
                public void sent(long sent) {
                    progress.update(
                            String.format(Locale.ROOT, "%s sent, %,.0f a second", items(sent), sent / seconds(began)));
                }

                @Override
                public void refused(long line, String reason) {
                    progress.end(folder.resolve(CatalogueFolder.PRODUCTS) + ", line " + line + ", left out: " + reason);
                }
            });
            report(outcome, topic, seconds(began), progress);
            return outcome.refused() == 0 ? ExitCode.OK : ExitCode.REFUSALS;
        }
    }

    private static void report(FolderIngest.Outcome outcome, String topic, double seconds, ProgressLine progress) {
        progress.end(String.format(
                Locale.ROOT,
                "%s sent to %s in %.1f s (%.1f MB of pictures)%s",
                items(outcome.sent()),
                topic,
                seconds,
                outcome.imageBytes() / 1e6,
                outcome.refused() == 0
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                "; %,d line%s left out, for the reason%s above",
                                outcome.refused(),
                                outcome.refused() == 1 ? "" : "s",
                                outcome.refused() == 1 ? "" : "s")));
        if (outcome.withoutText() > 0) {
            String lines = outcome.wordless().stream().map(String::valueOf).collect(Collectors.joining(", "));
            progress.end(String.format(
                    Locale.ROOT,
                    "%s without any text (line%s %s%s): searchable, but not learned from",
                    items(outcome.withoutText()),
                    outcome.withoutText() == 1 ? "" : "s",
                    lines,
                    outcome.withoutText() > outcome.wordless().size() ? ", ..." : ""));
        }
        progress.end("pictures are checked by the label role; what it refuses becomes a dead letter, which"
                + " ./anchorstream status and the page count");
    }

    private static String items(long count) {
        return String.format(Locale.ROOT, "%,d item%s", count, count == 1 ? "" : "s");
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }
}
