package io.anchorstream.service.monitor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.ItemEmbedding;
import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.TrainingStep;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.service.index.Freshness;
import io.anchorstream.service.index.RefreshProgress;
import io.anchorstream.service.index.RefreshProgress.GenerationView;
import io.anchorstream.service.monitor.LearningHistory.VersionView;
import io.anchorstream.service.monitor.ServiceStatus.DeadLetterCount;
import io.anchorstream.service.monitor.ServiceStatus.Model;
import io.anchorstream.service.monitor.ServiceStatus.ModelScore;
import io.anchorstream.service.monitor.ServiceStatus.RoleStatus;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/** Reads the state of the service once, wherever its roles run. Changes nothing. */
public final class StatusReader {
    /** Newest dead letters read of each partition. */
    public static final long LETTERS = 10_000;

    private static final long VECTORS = 1_000;
    /** The newest steps tell what was trained on; among them lie transaction markers. */
    private static final long STEPS = 50;

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final List<String> SCORES =
            List.of("test.cross_domain_recall_at_1", "holdout.map_at_r", "holdout.recall_at_1");

    private final Topics topics;
    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final Deserializer<? extends SpecificRecord> values;
    private final Admin admin;
    private final Map<String, String> roleGroups;

    /**
     * @param consumers opens a read-committed consumer without a group
     * @param values reads records of any topic, by the schema id they carry
     * @param roleGroups consumer group of each role, in the order shown
     */
    public StatusReader(
            Topics topics,
            Supplier<Consumer<byte[], byte[]>> consumers,
            Deserializer<? extends SpecificRecord> values,
            Admin admin,
            Map<String, String> roleGroups) {
        this.topics = topics;
        this.consumers = consumers;
        this.values = values;
        this.admin = admin;
        this.roleGroups = new LinkedHashMap<>(roleGroups);
    }

    /**
     * Reads everything anew, within seconds.
     *
     * @throws TimeoutException if the broker answered too slowly
     */
    public ServiceStatus read() throws ExecutionException, InterruptedException, TimeoutException {
        LearningHistory learning = new LearningHistory();
        RefreshProgress progress = new RefreshProgress();
        DeadLetters letters = new DeadLetters();
        Freshness freshness = new Freshness();
        List<String> missing = new ArrayList<>();
        try (Consumer<byte[], byte[]> consumer = consumers.get()) {
            TopicSnapshot snapshot = new TopicSnapshot(consumer, PATIENCE);
            topics.all().stream()
                    .map(topic -> topic.name())
                    .filter(name -> !snapshot.exists(name))
                    .forEach(missing::add);
            if (missing.isEmpty()) {
                snapshot.read(topics.modelVersions().name(), Long.MAX_VALUE, record -> value(record)
                        .ifPresent(it -> learning.apply((ModelVersion) it)));
                snapshot.read(topics.trainingSteps().name(), STEPS, record -> value(record)
                        .ifPresent(it -> learning.apply((TrainingStep) it)));
                snapshot.read(topics.catalogGenerations().name(), Long.MAX_VALUE, record -> value(record)
                        .ifPresent(it -> progress.apply((GenerationEvent) it)));
                snapshot.read(topics.deadLetters().name(), LETTERS, letters::apply);
                snapshot.read(topics.catalogEmbeddings().name(), VECTORS, record -> value(record)
                        .ifPresent(it -> measure((ItemEmbedding) it, freshness)));
            }
        }
        ConsumerLag lag = new ConsumerLag(admin, roleGroups);
        String batches = topics.trainingBatches().name();
        RoleLags lags = new RoleLags(lag, BatchesWaiting.once(batches, consumers), learning, batches);
        List<GenerationView> generations = progress.generations();
        return new ServiceStatus(
                null,
                missing,
                missing.isEmpty() ? lag.appended(topics.catalogItems().name()) : 0,
                missing.isEmpty() ? roles(lags.read()) : List.of(),
                new ServiceStatus.Learning(learning.lastStep(), learning.stepsToVersion()),
                learning.serving().map(StatusReader::model).orElse(null),
                generations.isEmpty() ? null : generations.get(generations.size() - 1),
                generations.stream()
                        .filter(one -> one.completedAt() > 0)
                        .reduce((before, after) -> after)
                        .orElse(null),
                sorted(letters.view()),
                freshness.quantiles());
    }

    private Optional<SpecificRecord> value(ConsumerRecord<byte[], byte[]> record) {
        try {
            return record.value() == null
                    ? Optional.empty()
                    : Optional.of(values.deserialize(record.topic(), record.headers(), record.value()));
        } catch (SerializationException e) {
            return Optional.empty(); // the roles report it; here it only can't be shown
        }
    }

    private static void measure(ItemEmbedding embedding, Freshness freshness) {
        if (!embedding.getRefresh()) {
            freshness.record(embedding.getEmbeddedTimestamp() - embedding.getSourceTimestamp());
        }
    }

    private List<RoleStatus> roles(Map<String, Long> lags) throws InterruptedException {
        List<RoleStatus> roles = new ArrayList<>();
        for (Map.Entry<String, String> role : roleGroups.entrySet()) {
            roles.add(
                    new RoleStatus(role.getKey(), role.getValue(), members(role.getValue()), lags.get(role.getKey())));
        }
        return roles;
    }

    private @Nullable Integer members(String group) throws InterruptedException {
        try {
            return admin.describeConsumerGroups(List.of(group)).all().get(10, TimeUnit.SECONDS).values().stream()
                    .mapToInt(described -> described.members().size())
                    .sum();
        } catch (ExecutionException e) {
            // Never formed, or closed to us by the broker's rules.
            return e.getCause() instanceof GroupIdNotFoundException ? 0 : null;
        } catch (TimeoutException e) {
            return null;
        }
    }

    private static Model model(VersionView version) {
        List<ModelScore> scores = new ArrayList<>();
        for (String name : SCORES) {
            Double serving = version.metrics().get(name);
            if (serving != null) {
                Optional<Map.Entry<String, Double>> best = version.baselines().entrySet().stream()
                        .filter(one -> one.getKey().endsWith('.' + name)
                                && !one.getKey().startsWith(Score.UNTRAINED))
                        .max(Map.Entry.comparingByValue());
                scores.add(new ModelScore(
                        name,
                        serving,
                        Score.picturesOf(name, version.metrics()),
                        version.baselines().get(Score.UNTRAINED + name),
                        best.map(one -> one.getKey().substring(0, one.getKey().indexOf('.')))
                                .orElse(null),
                        best.map(Map.Entry::getValue).orElse(null)));
            }
        }
        return new Model(version.version(), version.generation(), version.step(), version.timestamp(), scores);
    }

    private static DeadLetterCount sorted(DeadLetters.DeadLetterView view) {
        Map<String, Long> byReason = new LinkedHashMap<>();
        view.byReason().entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .forEach(one -> byReason.put(one.getKey(), one.getValue()));
        return new DeadLetterCount(view.count(), byReason);
    }
}
