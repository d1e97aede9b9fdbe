package io.anchorstream.topology.versions;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.VersionState;
import io.anchorstream.model.training.Embedder;
import io.anchorstream.model.training.ModelRuntime;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows {@code model.versions} on a thread of its own and loads the models that are asked for. A promotion shows only
 * once its model is loaded, so that whoever sees it can embed at once. Holds at most a few models: the one in service,
 * and those asked for within the last minute.
 */
public final class ModelFeed implements ModelSource, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelFeed.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration RETRY = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration IDLE = Duration.ofMinutes(1);
    private static final int KEPT_WHEN_IDLE = 3;

    private final Supplier<Consumer<String, byte[]>> consumers;
    private final ModelTopics topics;
    private final ModelRuntime runtime;
    private final Clock clock;
    private final Thread thread;

    private final Map<Long, Loaded> loaded = new ConcurrentHashMap<>();
    private final Map<Long, Long> askedAt = new ConcurrentHashMap<>();
    private final LoadFailures failures = new LoadFailures();
    private volatile Set<Long> usable = Set.of();
    private volatile long newest = -1;
    private volatile List<ModelVersion> versions = List.of();
    private volatile Optional<Promotion> promoted = Optional.empty();
    private volatile Optional<Promotion> ordered = Optional.empty();
    private volatile @Nullable Throwable failure;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final CountDownLatch caughtUp = new CountDownLatch(1);

    private record Loaded(String weightsDigest, Embedder embedder) {}

    /**
     * @param consumers each call makes one without a group, reading committed records, with string keys and raw values
     */
    public ModelFeed(
            Supplier<Consumer<String, byte[]>> consumers, ModelTopics topics, ModelRuntime runtime, Clock clock) {
        this.consumers = consumers;
        this.topics = topics;
        this.runtime = runtime;
        this.clock = clock;
        this.thread = new Thread(this::run, "anchorstream-model-feed");
        this.thread.setDaemon(true);
    }

    public ModelFeed start() {
        thread.start();
        return this;
    }

    @Override
    public Optional<Promotion> promoted() {
        return promoted;
    }

    @Override
    public Optional<Promotion> ordered() {
        return ordered;
    }

    @Override
    public Optional<Embedder> embedder(long version) {
        askedAt.put(version, clock.millis());
        return Optional.ofNullable(loaded.get(version)).map(Loaded::embedder);
    }

    @Override
    public boolean isGone(long version) {
        // What is not known yet may come; what was forgotten will not.
        return (version <= newest && !usable.contains(version)) || failures.isLasting(version);
    }

    /** The last event of each version, by version. */
    public List<ModelVersion> versions() {
        return versions;
    }

    /** What ended the feed for good, an error of the virtual machine or of a library; empty while it goes on. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /** True once everything that was there at the start has been read. */
    public boolean isCaughtUp() {
        return caughtUp.getCount() == 0;
    }

    private void run() {
        try {
            followUntilClosed();
            loaded.values().forEach(model -> model.embedder().close());
            loaded.clear();
        } catch (Throwable e) {
            // A dead thread looks like one without news: whoever watches must be told.
            LOG.error("following {} ended; only a restart of the program begins it again", topics.versions(), e);
            failure = e;
        }
    }

    private void followUntilClosed() {
        while (closing.getCount() > 0) {
            try (TopicReader<ModelVersion> events = new TopicReader<>(
                            consumers.get(),
                            topics.versions(),
                            topics.versionSerde().deserializer());
                    WeightReader weights = new WeightReader(
                            new TopicReader<>(
                                    consumers.get(),
                                    topics.weights(),
                                    topics.chunkSerde().deserializer()),
                            RETRY,
                            clock)) {
                follow(events, weights);
            } catch (InterruptException e) {
                LOG.debug("interrupted", e);
            } catch (RuntimeException e) {
                LOG.warn("following {} failed; trying again in {}", topics.versions(), RETRY, e);
                pause();
            }
        }
    }

    private void follow(TopicReader<ModelVersion> events, WeightReader weights) {
        VersionHistory history = new VersionHistory();
        while (closing.getCount() > 0) {
            List<TopicReader.Entry<ModelVersion>> entries = events.poll(POLL);
            for (TopicReader.Entry<ModelVersion> entry : entries) {
                history.apply(entry.key(), entry.value()).ifPresent(why -> LOG.warn("event left out: {}", why));
            }
            if (!events.caughtUp()) {
                continue;
            }
            if (!entries.isEmpty() || caughtUp.getCount() > 0) {
                versions = List.copyOf(history.versions());
                usable = history.versions().stream()
                        .filter(event -> event.getState() != VersionState.RETIRED)
                        .map(ModelVersion::getVersion)
                        .collect(Collectors.toUnmodifiableSet());
                newest = history.nextVersion() - 1;
                failures.retain(usable);
                caughtUp.countDown();
            }
            history.serving().ifPresent(serving -> {
                askedAt.merge(serving.getVersion(), clock.millis(), Math::max);
                if (load(serving, weights)) {
                    show(serving);
                }
            });
            for (long wanted : List.copyOf(askedAt.keySet())) {
                history.version(wanted).ifPresent(event -> load(event, weights));
            }
            evict();
        }
    }

    private void show(ModelVersion serving) {
        Promotion now = new Promotion(serving.getVersion(), serving.getGeneration());
        ordered = serving.getOrdered() ? Optional.of(now) : Optional.empty();
        if (!promoted.equals(Optional.of(now))) {
            promoted = Optional.of(now);
            LOG.info("version {} is in service as generation {}", now.version(), now.generation());
        }
    }

    /** Whether the model is loaded now. */
    private boolean load(ModelVersion event, WeightReader weights) {
        long version = event.getVersion();
        Loaded present = loaded.get(version);
        if (present != null && present.weightsDigest().equals(event.getWeightsDigest())) {
            return true;
        }
        long began = clock.millis();
        if (!usable.contains(version) || failures.rests(version, began)) {
            return false;
        }
        try {
            Embedder embedder = runtime.load(weights.read(event));
            loaded.put(version, new Loaded(event.getWeightsDigest(), embedder));
            failures.loaded(version);
            LOG.info("loaded version {} ({} bytes)", version, event.getWeightsBytes());
            return true;
        } catch (InterruptException e) {
            throw e;
        } catch (IOException | RuntimeException e) { // whatever an engine throws: other versions go on
            failures.failed(version, e, began, clock.millis());
            LOG.error(
                    "version {} cannot be loaded and is not put in service; trying again in {}",
                    version,
                    LoadFailures.RETRY,
                    e);
            return false;
        }
    }

    private void evict() {
        long now = clock.millis();
        long inService = promoted.map(Promotion::version).orElse(-1L);
        askedAt.values().removeIf(at -> at < now - IDLE.toMillis());
        List<Long> idle = new ArrayList<>(loaded.keySet());
        idle.removeIf(version -> version == inService || askedAt.containsKey(version));
        idle.sort(Comparator.naturalOrder());
        int excess = loaded.size() - KEPT_WHEN_IDLE;
        for (long version : idle.subList(0, Math.max(0, Math.min(excess, idle.size())))) {
            Loaded model = loaded.remove(version);
            if (model != null) {
                model.embedder().close();
            }
        }
    }

    private void pause() {
        try {
            if (closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("closing");
            }
        } catch (InterruptedException e) {
            LOG.debug("closing", e);
        }
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            // Only as a last resort: an interrupted consumer can't say goodbye to the broker, and logs that as an
            // error.
            thread.join(PATIENCE.toMillis());
            thread.interrupt();
            thread.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
