package io.anchorstream.service.http;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.TrainingStep;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.service.index.CatalogueIndex;
import io.anchorstream.service.index.EmbedderLookup;
import io.anchorstream.service.index.FirstGenerationFiller;
import io.anchorstream.service.index.IndexRole;
import io.anchorstream.service.index.IndexTopics;
import io.anchorstream.service.index.NeighbourChanges;
import io.anchorstream.service.index.SimilaritySearch;
import io.anchorstream.service.monitor.BatchesWaiting;
import io.anchorstream.service.monitor.ConsumerLag;
import io.anchorstream.service.monitor.DeadLetters;
import io.anchorstream.service.monitor.LearningHistory;
import io.anchorstream.service.monitor.PipelineMonitor;
import io.anchorstream.service.monitor.RoleLags;
import io.anchorstream.service.monitor.TopicFollower;
import io.anchorstream.service.projection.MapService;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The index role with its page: puts the parts together, starts them and stops them. */
public final class SearchPage implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SearchPage.class);
    private static final Duration GRACE = Duration.ofSeconds(60);
    private static final int MAP_SAMPLE = 1_000;
    private static final int CHANGES_SAMPLE = 500;
    /** Small slices with pauses: filling the first generation must not take the cores from learning. */
    private static final int FILL_SLICE = 16;

    private static final Duration FILL_PAUSE = Duration.ofMillis(400);
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final IndexRole role;
    private final TopicFollower follower;
    private final PipelineMonitor pipeline;
    private final List<Chore> chores;
    private final PageServer server;

    private SearchPage(
            IndexRole role, TopicFollower follower, PipelineMonitor pipeline, List<Chore> chores, PageServer server) {
        this.role = role;
        this.follower = follower;
        this.pipeline = pipeline;
        this.chores = chores;
        this.server = server;
    }

    /**
     * What the page is connected to.
     *
     * @param folder where the index keeps its data; safe to delete while stopped
     * @param consumers opens a consumer with {@code isolation.level=read_committed}, {@code auto.offset.reset=earliest}
     *     and no group; called once for each thread that reads
     * @param values reads records of any topic into generated classes, by the schema id they carry
     * @param roleGroups consumer group by role ({@code label}, {@code train}, {@code embed}), for the lag
     * @param embedders networks by version, for queries by picture
     * @param decoder reads uploaded pictures
     * @param fillFirst whether later items are embedded under the first generation too, for the comparison
     * @param credits authors and licences of the catalogue's pictures
     */
    public record Connections(
            Path folder,
            Topics topics,
            Supplier<Consumer<byte[], byte[]>> consumers,
            Deserializer<? extends SpecificRecord> values,
            Admin admin,
            Map<String, String> roleGroups,
            EmbedderLookup embedders,
            PictureDecoder decoder,
            Supplier<List<PageSources.Credit>> credits,
            boolean fillFirst) {}

    /** Starts reading and serving. Stops again, throwing, if the port is taken. */
    public static SearchPage start(
            PageSettings settings,
            Connections to,
            PrometheusMeterRegistry metrics,
            HealthProbe live,
            HealthProbe ready,
            Clock clock) {
        CatalogueIndex catalogue = new CatalogueIndex(to.folder(), clock, GRACE);
        LearningHistory learning = new LearningHistory();
        DeadLetters deadLetters = new DeadLetters();
        IndexRole role = new IndexRole(catalogue, IndexTopics.of(to.topics()), to.consumers(), to.values(), clock);
        ConsumerLag lag = new ConsumerLag(to.admin(), to.roleGroups());
        String batches = to.topics().trainingBatches().name();
        RoleLags lags = new RoleLags(lag, BatchesWaiting.watched(batches, to.consumers()), learning, batches);
        PipelineMonitor pipeline = new PipelineMonitor(
                catalogue,
                role::lag,
                learning,
                deadLetters,
                () -> lag.appended(to.topics().catalogItems().name()),
                lags::read,
                clock);
        MapService map = new MapService(catalogue, MAP_SAMPLE, clock);
        SimilaritySearch search = new SimilaritySearch(catalogue, to.embedders());
        NeighbourChanges changes = new NeighbourChanges(catalogue, search, CHANGES_SAMPLE, to.fillFirst(), clock);
        PageServer server;
        try {
            server = PageServer.start(
                    settings,
                    new PageSources(catalogue, search, learning, pipeline, map, changes, to.decoder(), to.credits()),
                    metrics,
                    live,
                    ready);
        } catch (RuntimeException e) {
            catalogue.close();
            throw e;
        }
        TopicFollower follower = new TopicFollower(
                "learning-history",
                List.of(
                        to.topics().trainingSteps().name(),
                        to.topics().modelVersions().name(),
                        to.topics().deadLetters().name()),
                to.consumers(),
                record -> follow(record, to, learning, deadLetters),
                clock);
        return new SearchPage(
                role.start(), follower.start(), pipeline.start(), chores(catalogue, to, map, changes), server);
    }

    private static List<Chore> chores(
            CatalogueIndex catalogue, Connections to, MapService map, NeighbourChanges changes) {
        List<Chore> chores = new ArrayList<>();
        // Before anybody asks, so that the first visit finds both.
        chores.add(Chore.start("neighbour-changes", LOOK, changes::update));
        chores.add(Chore.start("map", LOOK, map::update));
        if (to.fillFirst()) {
            FirstGenerationFiller filler = new FirstGenerationFiller(catalogue, to.embedders());
            chores.add(Chore.start("first-generation-filler", FILL_PAUSE, () -> filler.fill(FILL_SLICE)));
        }
        return chores;
    }

    private static void follow(
            ConsumerRecord<byte[], byte[]> record, Connections to, LearningHistory learning, DeadLetters deadLetters) {
        if (record.topic().equals(to.topics().deadLetters().name())) {
            deadLetters.apply(record);
            return;
        }
        if (record.value() == null) {
            if (record.topic().equals(to.topics().modelVersions().name())) {
                forgotten(record).ifPresent(learning::forget);
            }
            return;
        }
        try {
            SpecificRecord value = to.values().deserialize(record.topic(), record.headers(), record.value());
            if (value instanceof TrainingStep step) {
                learning.apply(step);
            } else if (value instanceof ModelVersion version) {
                learning.apply(version);
            }
        } catch (SerializationException e) {
            LOG.warn("a record of {} can't be read and is left out of the page: {}", record.topic(), e.getMessage());
        }
    }

    private static Optional<Long> forgotten(ConsumerRecord<byte[], byte[]> tombstone) {
        String key = tombstone.key() == null ? "" : new String(tombstone.key(), StandardCharsets.UTF_8);
        return key.matches("\\d{1,18}") ? Optional.of(Long.valueOf(key)) : Optional.empty();
    }

    public String address() {
        return server.address();
    }

    /** What stopped one of the threads behind the page; empty while all go on. */
    public Optional<Throwable> failure() {
        return role.failure().or(follower::failure);
    }

    /** The role behind the page, for health checks. */
    public IndexRole role() {
        return role;
    }

    /** The last look at the pipeline, for {@code status} and progress lines. */
    public PipelineMonitor.PipelineView pipeline() {
        return pipeline.view();
    }

    @Override
    @SuppressWarnings("try") // closed from the last to the first, whatever one of them throws
    public void close() {
        try (role;
                follower;
                pipeline;
                server) {
            chores.forEach(Chore::close);
        }
    }
}
