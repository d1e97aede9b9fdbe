package io.anchorstream.service.run;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.anchorstream.model.image.ImageDecoder;
import io.anchorstream.model.image.RejectedImageException;
import io.anchorstream.model.text.TextEncoder;
import io.anchorstream.model.training.ModelRuntime;
import io.anchorstream.model.training.PyTorchModelRuntime;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.fetch.FetchSettings;
import io.anchorstream.service.fetch.PictureFetcher;
import io.anchorstream.service.http.HealthProbe;
import io.anchorstream.service.http.OperationsServer;
import io.anchorstream.service.http.PageSettings;
import io.anchorstream.service.http.PageSources;
import io.anchorstream.service.http.PictureDecoder;
import io.anchorstream.service.http.SearchPage;
import io.anchorstream.service.metrics.ServiceMetrics;
import io.anchorstream.service.peers.Peers;
import io.anchorstream.topology.embedding.EmbedProgress;
import io.anchorstream.topology.embedding.EmbedSettings;
import io.anchorstream.topology.embedding.EmbedTopics;
import io.anchorstream.topology.embedding.EmbedTopology;
import io.anchorstream.topology.embedding.KafkaInputEnds;
import io.anchorstream.topology.labelling.FetchProgress;
import io.anchorstream.topology.labelling.Fetching;
import io.anchorstream.topology.labelling.LabelSettings;
import io.anchorstream.topology.labelling.LabelTopology;
import io.anchorstream.topology.labelling.PictureSource;
import io.anchorstream.topology.pacing.Courtesy;
import io.anchorstream.topology.pacing.Lateness;
import io.anchorstream.topology.streams.StreamsSettings;
import io.anchorstream.topology.training.TrainingClients;
import io.anchorstream.topology.training.TrainingLoop;
import io.anchorstream.topology.versions.ModelFeed;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** Builds each role from the configuration and hands it to the process that watches and stops it. */
public final class RoleStarter {
    private final Settings settings;
    private final Cluster cluster;
    private final ServiceProcess process;
    private final ServiceMetrics metrics;
    private final Clock clock;
    private final Path data;
    private final Lateness lateness;
    private final Courtesy courtesy;
    private final ImageDecoder decoder;

    public RoleStarter(
            Settings settings, Cluster cluster, ServiceProcess process, ServiceMetrics metrics, Clock clock) {
        this.settings = settings;
        this.cluster = cluster;
        this.process = process;
        this.metrics = metrics;
        this.clock = clock;
        this.lateness = new Lateness(clock);
        this.courtesy = new Courtesy(lateness, settings.get(Keys.TRAIN_SHARE));
        this.data = settings.get(Keys.DATA);
        this.decoder = Labelling.decoder(settings);
    }

    /**
     * What others may look at.
     *
     * @param page when the index role is among those started
     * @param feed when the embed or index role is
     * @param engine in words, when a role needs it: device, version of the native library, threads
     */
    public record Started(Optional<SearchPage> page, Optional<ModelFeed> feed, Optional<String> engine) {}

    /** Begins to load what most roles need, beside whatever else is being started; what fails fails again in its time. */
    public static void loadAhead() {
        Thread thread = new Thread(new FutureTask<>(PyTorchModelRuntime::loadEngine, true), "load-engine");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Starts the roles: training first, since it has the longest way until it is at work, then readers before writers, so
     * that nothing waits long.
     *
     * @param credits who drew the catalogue's pictures, for the page
     */
    public Started start(Set<Role> roles, Supplier<List<PageSources.Credit>> credits) throws IOException {
        if (roles.contains(Role.LABEL)) {
            Labelling.requireBatchesFit(settings);
        }
        Optional<SearchPage> page = Optional.empty();
        Set<Role> ordered = roles.isEmpty() ? EnumSet.noneOf(Role.class) : EnumSet.copyOf(roles);
        Optional<ModelFeed> feed = Optional.empty();
        Optional<ModelRuntime> runtime = Optional.empty();
        if (ordered.contains(Role.TRAIN) || ordered.contains(Role.EMBED) || ordered.contains(Role.INDEX)) {
            runtime = Optional.of(new PyTorchModelRuntime(
                    settings.get(Keys.ENGINE_THREADS), settings.get(Keys.DEVICE), settings.get(Keys.PINNED_MEMORY)));
        }
        Optional<Peers> peers = startPeers(ordered);
        if (ordered.contains(Role.TRAIN)) {
            startTrain(runtime.orElseThrow(), peers);
        }
        if (ordered.contains(Role.EMBED) || ordered.contains(Role.INDEX)) {
            ModelFeed started =
                    new ModelFeed(cluster::reader, Learning.modelTopics(cluster), runtime.orElseThrow(), clock).start();
            process.own(new ModelFeedRole(started));
            feed = Optional.of(started);
        }
        if (ordered.contains(Role.INDEX)) {
            page = Optional.of(startIndex(feed.orElseThrow(), credits));
        }
        if (ordered.contains(Role.EMBED)) {
            startEmbed(feed.orElseThrow(), peers);
        }
        if (ordered.contains(Role.LABEL)) {
            startLabel(peers);
        }
        return new Started(page, feed, runtime.map(RoleStarter::engine));
    }

    private static String engine(ModelRuntime runtime) {
        Map<String, String> about = runtime.description();
        return about.get("engine") + " " + about.get("engine.version") + " on "
                + String.valueOf(about.get("device")).replace("()", "") + ", threads "
                + about.get("threads");
    }

    /** Serves health and metrics of a process without the index role, whose page has them too. */
    public OperationsServer startOperations() {
        return process.own(
                "operations server",
                OperationsServer.start(pageSettings(), metrics.registry()::scrape, this::live, this::ready));
    }

    private PageSettings pageSettings() {
        return new PageSettings(
                settings.get(Keys.HTTP_HOST),
                settings.get(Keys.HTTP_PORT),
                PageSettings.DEFAULT_UPLOAD_BYTES,
                Optional.of(settings.get(Keys.HTTP_TOKEN)).filter(token -> !token.isEmpty()));
    }

    private SearchPage startIndex(ModelFeed feed, Supplier<List<PageSources.Credit>> credits) {
        SearchPage page = SearchPage.start(
                pageSettings(),
                new SearchPage.Connections(
                        data.resolve("index"),
                        cluster.topics(),
                        cluster::rawReader,
                        cluster.anyRecord(),
                        process.own("admin client", cluster.admin()),
                        Role.groups(settings),
                        feed::embedder,
                        pictureDecoder(),
                        credits,
                        settings.get(Keys.KEEP_FIRST)),
                metrics.registry(),
                this::live,
                this::ready,
                clock);
        process.own(new IndexPageRole(page));
        return page;
    }

    /** Owned before the roles, so that this process says goodbye once they have left their groups. */
    private Optional<Peers> startPeers(Set<Role> roles) {
        Set<String> groups = roles.stream()
                .filter(role -> role != Role.INDEX)
                .map(role -> role.group(settings))
                .collect(Collectors.toUnmodifiableSet());
        int port = settings.get(Keys.PEERS_PORT);
        if (groups.isEmpty() || port < 0 || membersAreTheUsers()) {
            return Optional.empty();
        }
        String own = settings.get(Keys.PEERS_HOST);
        String host = own.isEmpty() ? settings.get(Keys.HTTP_HOST) : own;
        Peers peers = process.own("peers", Peers.start(host, port, cluster.admin(), groups));
        metrics.bindPeers(peers::watched, peers::deaths);
        return Optional.of(peers);
    }

    /** Members that the user names are to keep their partitions; those of another protocol cannot have names. */
    private boolean membersAreTheUsers() {
        return Stream.of("kafka", "streams")
                .flatMap(section -> settings.passedOn(section).keySet().stream())
                .anyMatch(key -> key.endsWith(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG)
                        || key.endsWith(ConsumerConfig.GROUP_PROTOCOL_CONFIG));
    }

    private void startTrain(ModelRuntime runtime, Optional<Peers> peers) {
        // One core is training's: the scores of one version are taken while the next ones are learned.
        int spareCores = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
        Background scoring = process.own("scoring threads", new Background("score", spareCores, courtesy));
        Background trials = process.own("trials", new Background("trial", 1, new Courtesy(lateness, 1)));
        TrainingLoop loop = new TrainingLoop(
                Learning.settings(settings, data.resolve("checkpoints"), decoder.preprocessing(), runtime),
                Learning.topics(cluster),
                new TrainingClients(cluster.clientConfig(), Role.TRAIN.group(settings), peers.map(Peers::member)),
                runtime,
                new HoldoutScores(scoring),
                trials,
                courtesy,
                clock);
        metrics.bind(loop::status);
        process.own(new TrainRole(loop.start()));
    }

    private void startEmbed(ModelFeed feed, Optional<Peers> peers) {
        EmbedSettings standard = EmbedSettings.defaults(settings.get(Keys.ITEM_PARTITIONS));
        EmbedProgress progress = new EmbedProgress(lateness);
        metrics.bind(progress);
        Properties properties =
                streams(Role.EMBED, settings.get(Keys.EMBED_THREADS), peers).toProperties();
        // The vectors of a refresh are collected between polls: with the usual 100 ms it would wait for new items.
        properties.putIfAbsent(StreamsConfig.POLL_MS_CONFIG, 10L);
        EmbedTopics topics = EmbedTopics.of(cluster.topics(), cluster.serdeConfig(), cluster.registry());
        // As many as there are cores: they only take what new items leave, and stream threads wait for them.
        Background refreshes = process.own(
                "refresh threads",
                new Background("refresh", Runtime.getRuntime().availableProcessors(), courtesy));
        Background asking = process.own("offset lookups", new Background("input-ends", 1, new Courtesy(lateness, 1)));
        start(new StreamsRole(
                "embed",
                EmbedTopology.build(
                        standard.withBatchSize(settings.get(Keys.EMBED_BATCH))
                                .withRefreshPerSecond(settings.get(Keys.REFRESH_RATE))
                                .withKeptVectors(settings.get(Keys.KEEP_VECTORS)),
                        topics,
                        feed,
                        new KafkaInputEnds(() -> cluster.reader(Role.EMBED.group(settings)), topics, asking),
                        refreshes,
                        progress,
                        clock),
                properties,
                clock,
                peers.map(Peers::clients)));
    }

    private void startLabel(Optional<Peers> peers) throws IOException {
        TextEncoder encoder = process.own("text encoder", Labelling.textEncoder(settings));
        LabelSettings label = Labelling.settings(settings);
        FetchProgress progress = new FetchProgress();
        metrics.bind(progress);
        Optional<PictureSource> pictures = settings.get(Keys.FETCH_ITEMS)
                ? Optional.of(process.own("picture fetcher", new PictureFetcher(FetchSettings.of(settings)))::fetch)
                : Optional.empty();
        start(new StreamsRole(
                "label",
                LabelTopology.build(
                        label,
                        cluster.topics(),
                        cluster.serdeConfig(),
                        decoder,
                        encoder,
                        lateness,
                        new Fetching(pictures, progress)),
                streams(Role.LABEL, settings.get(Keys.LABEL_THREADS), peers).toProperties(),
                clock,
                peers.map(Peers::clients)));
    }

    private void start(StreamsRole role) {
        metrics.bind(role.streams());
        process.own(role).start();
    }

    private StreamsSettings streams(Role role, int threads, Optional<Peers> peers) {
        StreamsSettings standard = StreamsSettings.of(
                role.group(settings),
                cluster.bootstrapServers(),
                data.resolve("state"),
                cluster.topics().deadLetters().name());
        Map<String, String> extra = new LinkedHashMap<>(settings.passedOn("kafka"));
        peers.ifPresent(named ->
                extra.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), named.member()));
        extra.putAll(settings.passedOn("streams"));
        return new StreamsSettings(
                standard.applicationId(),
                standard.bootstrapServers(),
                standard.stateDirectory(),
                threads,
                standard.deadLetterTopic(),
                settings.get(Keys.REPLICATION),
                standard.standbys(),
                standard.commitInterval(),
                extra);
    }

    private PictureDecoder pictureDecoder() {
        return bytes -> {
            try {
                return decoder.decode(bytes);
            } catch (RejectedImageException e) {
                throw new IllegalArgumentException(e.getMessage(), e);
            }
        };
    }

    private HealthProbe.Health live() {
        return health(role -> role.failure().isEmpty());
    }

    private HealthProbe.Health ready() {
        return health(RunningRole::ready);
    }

    private HealthProbe.Health health(Predicate<RunningRole> good) {
        List<RunningRole> roles = process.roles();
        return new HealthProbe.Health(
                roles.stream().allMatch(good),
                roles.stream().collect(Collectors.toMap(RunningRole::name, RunningRole::state)));
    }
}
