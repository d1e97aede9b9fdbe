package io.anchorstream.service.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.service.catalogue.CatalogueEntry;
import io.anchorstream.service.catalogue.PictogramFolder;
import io.anchorstream.service.catalogue.Pictograms;
import io.anchorstream.service.catalogue.SetLicence;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.embedded.DataFolderLock;
import io.anchorstream.service.embedded.EmbeddedKafka;
import io.anchorstream.service.embedded.EmbeddedRegistry;
import io.anchorstream.service.embedded.HangingTransactions;
import io.anchorstream.service.http.PageSources;
import io.anchorstream.service.ingest.ItemWriter;
import io.anchorstream.service.metrics.ServiceMetrics;
import io.anchorstream.service.monitor.ConsumerLag;
import io.anchorstream.service.run.Cluster;
import io.anchorstream.service.run.LogFile;
import io.anchorstream.service.run.Role;
import io.anchorstream.service.run.RoleStarter;
import io.anchorstream.service.run.RunningRole;
import io.anchorstream.service.run.ServiceProcess;
import io.anchorstream.service.run.StoppedException;
import io.anchorstream.service.run.TopicSetup;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole service in this JVM: broker, registry, roles, page and a catalogue that streams in. */
public final class Demo implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Demo.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    /** Looks that must find nothing left to do: between two roles an item is in no lag for a moment. */
    private static final int SURE = 10;

    private final ServiceProcess process;
    private final RoleStarter.Started started;
    private final DemoFeed feed;
    private final Cluster cluster;
    private final Path log;
    private final long startedAt;
    private final Console console;
    private Optional<RunningRole> failed = Optional.empty();

    private Demo(
            ServiceProcess process,
            RoleStarter.Started started,
            DemoFeed feed,
            Cluster cluster,
            Path log,
            long startedAt,
            Console console) {
        this.process = process;
        this.started = started;
        this.feed = feed;
        this.cluster = cluster;
        this.log = log;
        this.startedAt = startedAt;
        this.console = console;
    }

    /**
     * @param items about how many
     * @param rate items a second after the test groups, possibly infinite
     * @param fresh forget what an earlier run left
     * @param kafkaPort 0 = the one of the last run, or any
     * @param registryPort 0 = the one of the last run, or any
     * @param command as it was given, to go on later
     */
    public record Options(
            DemoFolder folder,
            int items,
            double rate,
            boolean fresh,
            int kafkaPort,
            int registryPort,
            String command) {}

    /** Where words go. */
    public interface Console {
        /** How far things are; only the last matters. */
        void update(String text);

        /** A line that stays. */
        void end(String text);
    }

    /**
     * Starts everything and begins to stream.
     *
     * @param settings makes the configuration once the embedded addresses are known
     */
    public static Demo start(Options options, Function<Map<String, String>, Settings> settings, Console console)
            throws IOException {
        long began = System.nanoTime();
        DemoFolder folder = options.folder();
        ServiceProcess process = new ServiceProcess().stopOnSignal();
        try {
            // Nothing of the folder, its log included, is touched while another demo works on it.
            DataFolderLock lock = process.own("data folder", DataFolderLock.acquire(folder.root()));
            // Owned first, so that it is said last, by whichever thread stops everything.
            process.own("console", () -> console.end("stopped; " + options.command() + " goes on from here"));
            if (options.fresh()) {
                folder.clear();
            }
            folder.tellPage(Optional.empty());
            Path log = LogFile.open(folder.root());
            console.end("Anchorstream demo: data in " + folder.root().toAbsolutePath() + ", log there in "
                    + log.getFileName());
            console.end(
                    folder.used() ? "  going on where the last run stopped (--fresh begins again)" : "  a fresh start");
            FeedNote.read(folder.feedPosition()).change(options.items()).ifPresent(text -> console.end("  " + text));
            return start(options, settings, console, process, lock, log, began);
        } catch (IOException | RuntimeException e) {
            boolean asked = process.isStopping();
            process.close();
            if (asked && !(e instanceof StoppedException)) {
                // What fails because the rest is being stopped is no news.
                LOG.debug("stopped while starting", e);
                throw new StoppedException("demo");
            }
            throw e;
        }
    }

    private static Demo start(
            Options options,
            Function<Map<String, String>, Settings> settingsOf,
            Console console,
            ServiceProcess process,
            DataFolderLock lock,
            Path log,
            long began)
            throws IOException {
        Clock clock = Clock.systemUTC();
        long startedAt = clock.millis();
        DemoFolder folder = options.folder();
        RoleStarter.loadAhead();
        CompletableFuture<PictogramFolder> drawing = CompletableFuture.supplyAsync(() -> openCatalogue(options));
        // Counted once, and none while there is no catalogue.
        CompletableFuture<List<PageSources.Credit>> credits =
                drawing.thenApply(Demo::credits).exceptionally(failure -> List.of());
        EmbeddedKafka kafka = process.own("broker", EmbeddedKafka.start(lock, options.kafkaPort(), Map.of()));
        HangingTransactions.end(kafka.bootstrapServers());
        EmbeddedRegistry registry = process.own(
                "registry", EmbeddedRegistry.start(kafka.bootstrapServers(), folder.root(), options.registryPort()));
        console.end("  Kafka at " + kafka.bootstrapServers() + ", schema registry at " + registry.url() + since(began));
        Map<String, String> addresses = new LinkedHashMap<>();
        addresses.put("kafka.bootstrap.servers", kafka.bootstrapServers());
        addresses.put("registry.schema.registry.url", registry.url());
        Settings settings = settingsOf.apply(addresses);
        folder.share(settings);
        Cluster cluster = Cluster.of(settings);
        TopicSetup.prepare(cluster, settings.get(Keys.REPLICATION).shortValue());

        // The page is up while the catalogue is still being drawn: that takes half a minute the first time.
        ServiceMetrics metrics = process.own("metrics", new ServiceMetrics());
        RoleStarter.Started started = new RoleStarter(settings, cluster, process, metrics, clock)
                .start(EnumSet.allOf(Role.class), () -> credits.getNow(List.of()));
        console.end("");
        String page = started.page().orElseThrow().address();
        folder.tellPage(Optional.of(page));
        console.end("  >>> " + page + " <<<   (Ctrl-C stops" + since(began) + ")");
        console.end("");
        PictogramFolder catalogue = process.own("catalogue", join(drawing));
        console.end(String.format(
                Locale.ROOT,
                "  catalogue: %,d drawings of %,d pictograms, %,d of them in test groups that never train%s",
                catalogue.entries().size(),
                catalogue.entries().stream()
                        .map(CatalogueEntry::group)
                        .distinct()
                        .count(),
                catalogue.entries().stream().filter(CatalogueEntry::test).count(),
                since(began)));
        DemoFeed feed = process.own(
                "feed",
                new DemoFeed(
                        catalogue,
                        ItemWriter.open(
                                cluster.topics().catalogItems().name(),
                                cluster.clientConfig(),
                                cluster.serde(CatalogItem.class).serializer()),
                        options.rate(),
                        backlog(settings, cluster, process.own("feed's admin client", cluster.admin())),
                        options.items(),
                        folder.feedPosition()));
        return new Demo(process, started, feed.start(), cluster, log, startedAt, console);
    }

    private static DemoFeed.Backlog backlog(Settings settings, Cluster cluster, Admin admin) {
        String label = Role.LABEL.label();
        ConsumerLag lag = new ConsumerLag(admin, Map.of(label, Role.LABEL.group(settings)));
        String items = cluster.topics().catalogItems().name();
        return () -> {
            Long waiting = lag.byRole().get(label);
            // Before its first commit the role has taken nothing.
            return waiting == null ? lag.appended(items) : waiting;
        };
    }

    private static PictogramFolder openCatalogue(Options options) {
        Pictograms.Options standard = Pictograms.Options.DEFAULT;
        try {
            return PictogramFolder.open(
                    options.folder().pictograms(options.items()),
                    new Pictograms.Options(options.items(), standard.seed(), standard.size()),
                    Math.max(1, Runtime.getRuntime().availableProcessors() - 1),
                    drawn -> {});
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    private static PictogramFolder join(CompletableFuture<PictogramFolder> drawing) throws IOException {
        try {
            return drawing.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private static List<PageSources.Credit> credits(PictogramFolder catalogue) {
        Map<String, Long> items = catalogue.entries().stream()
                .collect(Collectors.groupingBy(entry -> entry.domain().orElse(""), Collectors.counting()));
        return catalogue.licences().stream()
                .map((SetLicence set) -> new PageSources.Credit(
                        set.name(), set.author(), set.licence(), set.authorUrl(), items.getOrDefault(set.domain(), 0L)))
                .toList();
    }

    private static String since(long began) {
        return String.format(Locale.ROOT, ", %.1f s", (System.nanoTime() - began) / 1e9);
    }

    /** Reports until it is stopped or a role fails; returns that role. */
    public Optional<RunningRole> await() throws InterruptedException {
        DemoReport report = new DemoReport(console::end, startedAt);
        boolean streamed = feed.wasDone();
        int done = 0;
        while (failed.isEmpty() && !process.awaitStop(LOOK)) {
            failed = process.failedRole();
            var view = started.page().orElseThrow().pipeline();
            if (started.feed().orElseThrow().isCaughtUp()) {
                report.look(started.feed().orElseThrow().versions(), view);
            }
            boolean quiet = DemoReport.isDone(feed.sent(), feed.total(), view);
            done = quiet ? done + 1 : 0;
            if (done == SURE) {
                report.done(started.feed().orElseThrow().versions(), view, address());
            } else if (!quiet) {
                console.update(DemoReport.progress(feed.sent(), feed.total(), view));
            }
            if (!streamed && feed.sent() == feed.total()) {
                streamed = true;
                console.end("  the whole catalogue is on the topic; learning goes on with what is waiting");
            }
            if (feed.failure().isPresent()) {
                console.end("  the catalogue stopped streaming: "
                        + feed.failure().get().getMessage());
                break;
            }
        }
        return failed;
    }

    public Path log() {
        return log;
    }

    /** Where the page is. */
    public String address() {
        return started.page().orElseThrow().address();
    }

    /** The broker and topics, for tests and tools. */
    public Cluster cluster() {
        return cluster;
    }

    /** The pipeline as the page shows it. */
    public io.anchorstream.service.monitor.PipelineMonitor.PipelineView pipeline() {
        return started.page().orElseThrow().pipeline();
    }

    @Override
    public void close() {
        process.close();
    }
}
