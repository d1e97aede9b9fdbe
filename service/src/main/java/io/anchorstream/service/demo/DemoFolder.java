package io.anchorstream.service.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.anchorstream.service.config.Keys;
import io.anchorstream.service.embedded.DataFolderLock;
import io.anchorstream.service.embedded.EmbeddedKafka;
import io.anchorstream.service.embedded.EmbeddedRegistry;

/** What the demo keeps on disk, and the configuration it runs under. */
public record DemoFolder(Path root) {
    /** Everything that a fresh start removes; the drawn pictures stay, since they would come out the same. */
    private static final List<String> OWN = List.of(
            "kafka",
            "state",
            "checkpoints",
            "index",
            "kafka.port",
            "kafka-controller.port",
            "registry.port",
            "feed.position");

    public Path pictograms(int items) {
        return root.resolve("pictograms-" + items);
    }

    public Path feedPosition() {
        return root.resolve("feed.position");
    }

    /** Where broker and registry of the demo on this folder were seen last; empty when none ever ran here. */
    public Optional<Map<String, String>> addresses() {
        return EmbeddedKafka.lastAddress(root).flatMap(broker -> EmbeddedRegistry.lastAddress(root)
                .map(registry -> Map.of("kafka.bootstrap.servers", broker, "registry.schema.registry.url", registry)));
    }

    /** Who works on the folder now, in words; empty when nobody does. */
    public Optional<String> living() throws IOException {
        OptionalLong process = DataFolderLock.holder(root);
        return process.isPresent()
                ? Optional.of("the demo on " + root + " (process " + process.getAsLong() + ")")
                : Optional.empty();
    }

    /** True when an earlier run left its data. */
    public boolean used() {
        return Files.exists(root.resolve("kafka"));
    }

    /** Removes what earlier runs left, but for the pictures. */
    public void clear() throws IOException {
        for (String name : OWN) {
            Path path = root.resolve(name);
            if (Files.exists(path)) {
                try (Stream<Path> tree = Files.walk(path)) {
                    tree.sorted(Comparator.reverseOrder()).forEach(DemoFolder::delete);
                }
            }
        }
    }

    /**
     * The demo's presets: one machine of two cores. Partitions cost start-up time and memory, and one sampler sees every
     * label; the rest is the service's defaults. A small catalogue makes few steps, so its versions come sooner, and
     * needs a larger share of its few classes to tell a better version from a luckier one.
     */
    public Map<String, String> presets(int items) {
        return Map.of(
                Keys.DATA.name(), root.toString(),
                Keys.ITEM_PARTITIONS.name(), "2",
                Keys.SAMPLER_PARTITIONS.name(), "1",
                Keys.REPLICATION.name(), "1",
                Keys.BATCH_RETENTION_BYTES.name(), "512MB",
                Keys.HTTP_HOST.name(), "127.0.0.1",
                Keys.KEEP_FIRST.name(), "true",
                Keys.HOLDOUT_ITEMS.name(), "3000",
                Keys.HOLDOUT_ONE_IN.name(), "10",
                Keys.STEPS_PER_VERSION.name(), Integer.toString(Math.max(5, Math.min(100, items / 100))));
    }

    /** Of the presets, how many partitions the topics have: what a command beside the demo has to agree with. */
    public Map<String, String> topics() {
        Map<String, String> presets = presets(0);
        return Stream.of(Keys.ITEM_PARTITIONS.name(), Keys.SAMPLER_PARTITIONS.name())
                .collect(Collectors.toMap(name -> name, name -> presets.getOrDefault(name, "")));
    }

    private static void delete(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + path + "; is a demo still running on this folder?", e);
        }
    }
}
