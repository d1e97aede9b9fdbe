package io.anchorstream.service.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;

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
    private final ConfigOptions config = new ConfigOptions();

    @Parameters(paramLabel = "FOLDER", description = "holds products.jsonl, one JSON object a line")
    @SuppressWarnings("NullAway.Init") // required
    private Path folder;

    @Override
    public Integer call() throws IOException {
        Cluster cluster = Cluster.of(config.settings());
        if (!Files.isRegularFile(folder.resolve(CatalogueFolder.PRODUCTS))) {
            throw new Refusal((Files.isDirectory(folder) ? "no " + CatalogueFolder.PRODUCTS + " in " : "no folder ")
                    + folder + "; a catalogue folder holds " + CatalogueFolder.PRODUCTS
                    + ", one JSON object a line, and the pictures it names");
        }
        cluster.requireReachable();
        ProgressLine progress = new ProgressLine(spec.commandLine().getOut());
        long began = System.nanoTime();
        String topic = cluster.topics().catalogItems().name();
        try (ItemWriter writer = ItemWriter.open(
                topic, cluster.clientConfig(), cluster.serde(CatalogItem.class).serializer())) {
            FolderIngest.Outcome outcome = new FolderIngest(folder, writer).run(new FolderIngest.Listener() {
                @Override
                public void sent(long sent) {
                    progress.update(
                            String.format(Locale.ROOT, "sent %,d items, %,.0f a second", sent, sent / seconds(began)));
                }

                @Override
                public void refused(long line, String reason) {
                    progress.end(folder.resolve("products.jsonl") + " line " + line + ": " + reason);
                }
            });
            progress.end(String.format(
                    Locale.ROOT,
                    "sent %,d items (%.1f MB of pictures) to %s in %.1f s; left out %,d",
                    outcome.sent(),
                    outcome.imageBytes() / 1e6,
                    topic,
                    seconds(began),
                    outcome.refused()));
            return outcome.refused() == 0 ? ExitCode.OK : ExitCode.REFUSALS;
        }
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }
}
