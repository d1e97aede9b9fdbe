package io.anchorstream.service.demo;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.embedded.DataFolderLock;
import io.anchorstream.service.embedded.EmbeddedKafka;
import io.anchorstream.service.embedded.EmbeddedRegistry;

/** What the demo keeps on disk, and the configuration it runs under. */
public record DemoFolder(Path root) {
    private static final String SHARED = "shared.properties";
    private static final String PAGE = "page.address";
    private static final String FEED = "feed.position";

    /** Everything that a fresh start removes; the drawn pictures stay, since they would come out the same. */
    private static final List<String> OWN = List.of(
            "kafka",
            "state",
            "checkpoints",
            "index",
            "kafka.port",
            "kafka-controller.port",
            "registry.port",
            SHARED,
            PAGE,
            FEED);

    public Path pictograms(int items) {
        return root.resolve("pictograms-" + items);
    }

    public Path feedPosition() {
        return root.resolve(FEED);
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

    /**
     * Asked before anything else is looked at: the port of a demo that runs already is taken, too.
     *
     * @throws IllegalStateException when another demo works on the folder; the message says where its page is
     */
    public void requireFree() throws IOException {
        if (!DataFolderLock.isKnown(root)) {
            return; // nobody ever worked here, and asking should leave no trace
        }
        OptionalLong process = DataFolderLock.holder(root);
        try {
            DataFolderLock.acquire(root).close();
        } catch (IllegalStateException inUse) {
            Path page = root.resolve(PAGE);
            throw new IllegalStateException(
                    "The data folder " + root.toAbsolutePath() + " is in use: a demo runs already"
                            + (Files.exists(page) ? " on " + Files.readString(page) : " and is starting")
                            + (process.isPresent() ? " (process " + process.getAsLong() + ")" : "")
                            + ". Open its page, stop it, or choose another folder with --data.");
        }
    }

    /** Tells others where the page is; empty while it is not up. */
    void tellPage(Optional<String> address) throws IOException {
        Path page = root.resolve(PAGE);
        if (address.isPresent()) {
            Files.writeString(page, address.get());
        } else {
            Files.deleteIfExists(page);
        }
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

    /** Keeps what commands beside the demo have to agree with: how topics and consumer groups are named and cut. */
    void share(Settings settings) throws IOException {
        Properties shared = new Properties();
        settings.printable().forEach((name, value) -> {
            if (isShared(name)) {
                shared.setProperty(name, value);
            }
        });
        Path whole = Files.createTempFile(root, "shared", ".tmp");
        try (Writer out = Files.newBufferedWriter(whole)) {
            shared.store(out, "What the demo on this folder runs under; read by the commands that ask it");
        }
        Files.move(whole, root.resolve(SHARED), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /** What a command beside the demo has to agree with: as the last one ran, else as one would by default. */
    public Map<String, String> shared() {
        Properties shared = new Properties();
        try (Reader in = Files.newBufferedReader(root.resolve(SHARED))) {
            shared.load(in);
        } catch (NoSuchFileException e) {
            shared.putAll(presets(0)); // it has not come that far yet
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + root.resolve(SHARED), e);
        }
        return shared.stringPropertyNames().stream()
                .filter(DemoFolder::isShared)
                .collect(Collectors.toMap(name -> name, name -> shared.getProperty(name, "")));
    }

    private static boolean isShared(String key) {
        return key.startsWith("topics.") || key.equals(Keys.APPLICATION.name());
    }

    private static void delete(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + path + "; is a demo still running on this folder?", e);
        }
    }
}
