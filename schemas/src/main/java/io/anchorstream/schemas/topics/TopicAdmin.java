package io.anchorstream.schemas.topics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** Creates the topic catalogue on a cluster and tells where a cluster differs from it. Never alters a topic. */
public final class TopicAdmin {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofMillis(50);

    private TopicAdmin() {}

    /**
     * Creates what is missing, and waits until the cluster knows the new topics.
     *
     * @param replicationFactor copies of each partition; -1 takes the broker's default
     * @return one status per topic, in the order of {@link Topics#all()}: Created, Exists or Differs
     * @throws KafkaException when the cluster refuses, e.g. with fewer brokers than copies
     */
    public static List<TopicStatus> ensure(Admin admin, Topics topics, short replicationFactor) {
        List<TopicStatus> before = diff(admin, topics);
        List<TopicSpec> missing = before.stream()
                .filter(TopicStatus.Missing.class::isInstance)
                .map(TopicStatus::spec)
                .toList();
        if (missing.isEmpty()) {
            return before;
        }
        Map<String, KafkaFuture<Void>> created = admin.createTopics(missing.stream()
                        .map(spec -> spec.newTopic(replicationFactor))
                        .toList())
                .values();
        Set<String> ours = new HashSet<>();
        for (TopicSpec spec : missing) {
            KafkaFuture<Void> future = created.get(spec.name());
            if (future == null) {
                throw new KafkaException("The cluster did not answer for topic " + spec.name() + ".");
            }
            // Another instance that starts at the same time may have been first: look at what it made.
            if (await(
                            future,
                            TopicExistsException.class,
                            "create topic " + spec.name() + " with " + replicationFactor + " copies")
                    .done()) {
                ours.add(spec.name());
            }
        }
        List<TopicStatus> after = known(admin, topics);
        awaitLeaders(
                admin,
                missing.stream().filter(spec -> ours.contains(spec.name())).toList());
        return after.stream()
                .map(status -> status instanceof TopicStatus.Exists
                                && ours.contains(status.spec().name())
                        ? new TopicStatus.Created(status.spec())
                        : status)
                .toList();
    }

    /** A created topic shows on each broker a moment later only: looks again until all do. */
    private static List<TopicStatus> known(Admin admin, Topics topics) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        List<TopicStatus> statuses = diff(admin, topics);
        while (statuses.stream().anyMatch(TopicStatus.Missing.class::isInstance)) {
            if (System.nanoTime() > deadline) {
                throw new KafkaException("The cluster took the new topics, but does not show them after "
                        + PATIENCE.toSeconds() + " s: " + statuses);
            }
            LockSupport.parkNanos(LOOK.toNanos());
            statuses = diff(admin, topics);
        }
        return statuses;
    }

    /**
     * Asks every partition of the new topics for its end, which only a leader in office answers. An idempotent producer
     * that is faster than the leader can lose the order of its first batches, and then retries for ever.
     */
    private static void awaitLeaders(Admin admin, List<TopicSpec> created) {
        Map<TopicPartition, OffsetSpec> ends = created.stream()
                .flatMap(spec -> IntStream.range(0, spec.partitions())
                        .mapToObj(partition -> new TopicPartition(spec.name(), partition)))
                .collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.latest()));
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!await(
                        admin.listOffsets(ends).all(),
                        UnknownTopicOrPartitionException.class,
                        "reach the leaders of the new topics")
                .done()) {
            if (System.nanoTime() > deadline) {
                throw new KafkaException("The cluster took the new topics, but their leaders do not answer after "
                        + PATIENCE.toSeconds() + " s; start again once its controller has settled.");
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    /** Compares the cluster with the catalogue and changes nothing: Missing, Exists or Differs per topic. */
    public static List<TopicStatus> diff(Admin admin, Topics topics) {
        List<String> names = topics.all().stream().map(TopicSpec::name).toList();
        Map<String, KafkaFuture<TopicDescription>> descriptions =
                admin.describeTopics(names).topicNameValues();
        Map<String, TopicDescription> present = topics.all().stream()
                .map(spec -> describeOrNull(descriptions, spec.name()))
                .flatMap(Stream::ofNullable)
                .collect(Collectors.toMap(TopicDescription::name, Function.identity()));
        Map<String, Config> configs =
                configs(admin, present.keySet().stream().sorted().toList());
        return topics.all().stream()
                .map(spec -> status(spec, present.get(spec.name()), configs.get(spec.name())))
                .toList();
    }

    /** A table of the catalogue itself, for people; needs no cluster. */
    public static String describe(Topics topics) {
        int width = topics.all().stream().mapToInt(s -> s.name().length()).max().orElse(0);
        String format = "%-" + width + "s  %10s  %-14s  %-8s  %s%n";
        StringBuilder table =
                new StringBuilder(String.format(format, "topic", "partitions", "clean-up", "side", "holds"));
        for (TopicSpec spec : topics.all()) {
            table.append(String.format(
                    format,
                    spec.name(),
                    spec.partitions(),
                    spec.config().get("cleanup.policy"),
                    spec.direction().name().toLowerCase(Locale.ROOT),
                    spec.purpose()));
        }
        return table.toString();
    }

    private static @Nullable TopicDescription describeOrNull(
            Map<String, KafkaFuture<TopicDescription>> descriptions, String name) {
        KafkaFuture<TopicDescription> future = descriptions.get(name);
        return future == null
                ? null
                : await(future, UnknownTopicOrPartitionException.class, "describe topic " + name)
                        .value();
    }

    private static Map<String, Config> configs(Admin admin, List<String> names) {
        if (names.isEmpty()) {
            return Map.of();
        }
        KafkaFuture<Map<ConfigResource, Config>> future = admin.describeConfigs(names.stream()
                        .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                        .toList())
                .all();
        Map<ConfigResource, Config> found = await(
                        future, UnknownTopicOrPartitionException.class, "read the settings of " + names)
                .value();
        return found == null
                ? Map.of()
                : found.entrySet().stream()
                        .collect(Collectors.toMap(entry -> entry.getKey().name(), Map.Entry::getValue));
    }

    private static TopicStatus status(TopicSpec spec, @Nullable TopicDescription found, @Nullable Config config) {
        if (found == null || config == null) {
            return new TopicStatus.Missing(spec);
        }
        List<TopicStatus.Difference> differences = new ArrayList<>();
        int partitions = found.partitions().size();
        if (partitions != spec.partitions()) {
            differences.add(new TopicStatus.Difference(
                    "partitions", Integer.toString(spec.partitions()), Integer.toString(partitions), true));
        }
        spec.config().keySet().stream().sorted().forEach(key -> {
            ConfigEntry entry = config.get(key);
            String value = entry == null ? null : entry.value();
            String wanted = spec.config().get(key);
            if (wanted != null && !wanted.equals(value)) {
                // A topic that is only compacted keeps more than is wanted, and loses nothing.
                boolean blocking =
                        key.equals("cleanup.policy") && !(wanted.equals("compact,delete") && "compact".equals(value));
                differences.add(new TopicStatus.Difference(key, wanted, String.valueOf(value), blocking));
            }
        });
        return differences.isEmpty() ? new TopicStatus.Exists(spec) : new TopicStatus.Differs(spec, differences);
    }

    private record Outcome<V>(boolean done, @Nullable V value) {}

    /** Waits; not done when it failed in the tolerated way. */
    private static <V> Outcome<V> await(KafkaFuture<V> future, Class<? extends Exception> tolerated, String what) {
        try {
            return new Outcome<>(true, future.get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("Interrupted while trying to " + what + ".", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (tolerated.isInstance(cause)) {
                return new Outcome<>(false, null);
            }
            throw new KafkaException("Could not " + what + ": " + cause.getMessage(), cause);
        }
    }
}
