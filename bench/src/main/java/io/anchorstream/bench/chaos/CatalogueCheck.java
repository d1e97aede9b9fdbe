package io.anchorstream.bench.chaos;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

import io.anchorstream.avro.CanonicalItem;
import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.ItemEmbedding;
import io.anchorstream.avro.MiniBatch;
import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.VersionState;
import io.anchorstream.avro.WeakLabel;
import io.anchorstream.bench.chaos.CatalogueLoad.Kind;
import io.anchorstream.bench.chaos.CatalogueLoad.Written;
import io.anchorstream.service.run.Cluster;
import io.anchorstream.topology.streams.DeadLetterHeaders;
import io.anchorstream.topology.versions.TopicReader;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;

/**
 * Reads every output, committed records only, and holds it against what the input says must come out: each item has one
 * answer, nothing is there twice, nothing is missing.
 */
final class CatalogueCheck implements AutoCloseable {
    private static final int MOST = 20;

    private final TopicReader<CanonicalItem> images;
    private final TopicReader<WeakLabel> labels;
    private final TopicReader<ItemEmbedding> embeddings;
    private final TopicReader<GenerationEvent> generations;
    private final TopicReader<MiniBatch> batches;
    private final TopicReader<ModelVersion> versions;
    private final Consumer<byte[], byte[]> deadLetters;

    private final Map<String, Integer> answers = new HashMap<>();
    private final Map<String, Last> vectors = new HashMap<>();
    private final Map<Integer, Long> nextBatch = new TreeMap<>();
    private final Map<Long, GenerationEvent> complete = new TreeMap<>();
    private final Map<Long, ModelVersion> serving = new TreeMap<>();
    private final Map<String, Long> seenAt = new HashMap<>();
    private final List<String> faults = new ArrayList<>();

    /** The last record of an item on {@code catalog.embeddings}; generation -1 = a tombstone. */
    private record Last(long generation, long sourceOffset) {}

    CatalogueCheck(Cluster cluster) {
        images = reader(cluster, cluster.topics().catalogImages().name(), CanonicalItem.class);
        labels = reader(cluster, cluster.topics().catalogLabels().name(), WeakLabel.class);
        embeddings = reader(cluster, cluster.topics().catalogEmbeddings().name(), ItemEmbedding.class);
        generations = reader(cluster, cluster.topics().catalogGenerations().name(), GenerationEvent.class);
        batches = reader(cluster, cluster.topics().trainingBatches().name(), MiniBatch.class);
        versions = reader(cluster, cluster.topics().modelVersions().name(), ModelVersion.class);
        deadLetters = cluster.rawReader();
        List<TopicPartition> all = deadLetters
                .partitionsFor(cluster.topics().deadLetters().name())
                .stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        deadLetters.assign(all);
        deadLetters.seekToBeginning(all);
    }

    private static <T extends SpecificRecord> TopicReader<T> reader(Cluster cluster, String topic, Class<T> type) {
        return new TopicReader<>(cluster.reader(), topic, cluster.serde(type).deserializer());
    }

    /** Reads what is there. */
    void poll() {
        Duration none = Duration.ZERO;
        images.poll(none).forEach(entry -> entry.value()
                .ifPresent(image -> once("image", entry.key(), image.getSourcePartition(), image.getSourceOffset())));
        labels.poll(none).forEach(entry -> entry.value()
                .ifPresent(label -> once("label", entry.key(), label.getSourcePartition(), label.getSourceOffset())));
        generations.poll(none).forEach(entry -> entry.value().ifPresent(this::generation));
        batches.poll(none).forEach(entry -> entry.value().ifPresent(this::batch));
        versions.poll(none).forEach(entry -> entry.value().ifPresent(this::version));
        for (ConsumerRecord<byte[], byte[]> record : deadLetters.poll(none)) {
            Headers headers = record.headers();
            once(
                    "dead letter",
                    new String(record.key(), StandardCharsets.UTF_8),
                    Integer.parseInt(text(headers, DeadLetterHeaders.PARTITION)),
                    Long.parseLong(text(headers, DeadLetterHeaders.OFFSET)));
        }
        embeddings.poll(Duration.ofMillis(50)).forEach(this::vector);
    }

    private static String text(Headers headers, String name) {
        return new String(headers.lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private void vector(TopicReader.Entry<ItemEmbedding> entry) {
        Optional<ItemEmbedding> value = entry.value();
        if (value.isEmpty()) {
            vectors.put(entry.key(), new Last(-1, -1));
            return;
        }
        ItemEmbedding it = value.get();
        once("vector of generation " + it.getGeneration(), entry.key(), it.getSourcePartition(), it.getSourceOffset());
        vectors.put(entry.key(), new Last(it.getGeneration(), it.getSourceOffset()));
        seenAt.putIfAbsent(it.getSourcePartition() + "@" + it.getSourceOffset(), System.currentTimeMillis());
    }

    private void once(String what, String id, int partition, long offset) {
        if (answers.merge(key(what, id, partition, offset), 1, Integer::sum) == 2) {
            fault("the " + what + " of " + id + " from " + partition + "@" + offset + " is there twice");
        }
    }

    private static String key(String what, String id, int partition, long offset) {
        return what + "|" + id + "|" + partition + "|" + offset;
    }

    private void generation(GenerationEvent event) {
        if (event.getState() != GenerationState.COMPLETE) {
            return;
        }
        if (complete.put(event.getGeneration(), event) != null) {
            fault("generation " + event.getGeneration() + " is COMPLETE twice");
        }
        if (event.getItems() != event.getEmbedded()) {
            fault("generation " + event.getGeneration() + " is COMPLETE with " + event.getEmbedded() + " vectors of "
                    + event.getItems() + " items");
        }
    }

    private void batch(MiniBatch batch) {
        long expected = nextBatch.getOrDefault(batch.getSampler(), 0L);
        if (batch.getNumber() != expected) {
            fault("sampler " + batch.getSampler() + " drew batch " + batch.getNumber() + " after " + (expected - 1));
        }
        nextBatch.put(batch.getSampler(), batch.getNumber() + 1);
    }

    private void version(ModelVersion event) {
        if (event.getState() == VersionState.PROMOTED) {
            serving.put(event.getGeneration(), event);
        }
    }

    private void fault(String text) {
        faults.add(text);
    }

    /** Versions that were ever in service, by generation. */
    Map<Long, ModelVersion> promotions() {
        return new TreeMap<>(serving);
    }

    /** The newest generation that was declared complete, -1 = none. */
    long completeGeneration() {
        return complete.keySet().stream().mapToLong(Long::longValue).max().orElse(-1);
    }

    int vectors() {
        return vectors.size();
    }

    /** When the first vector of a record was seen, ms since the epoch. */
    Optional<Long> seenAt(Written item) {
        return Optional.ofNullable(seenAt.get(item.partition() + "@" + item.offset()));
    }

    /**
     * What is still missing or wrong once everything has come to rest; empty = each item has its one answer.
     *
     * @param recount whether the generation in service was opened after the last record, so that its count of items can
     *     be told from the input
     */
    List<String> violations(CatalogueLoad load, boolean recount) {
        List<String> all = new ArrayList<>(faults);
        Set<String> expected = new HashSet<>();
        for (Written one : load.written()) {
            switch (one.kind()) {
                case ITEM -> {
                    expect(all, expected, "image", one);
                    expect(all, expected, "label", one);
                }
                case UNREADABLE -> expect(all, expected, "dead letter", one);
                case DELETION -> {
                    // its tombstone is looked for below
                }
            }
        }
        answers.keySet().stream()
                .filter(key -> !key.startsWith("vector") && !expected.contains(key))
                .forEach(key -> all.add("nobody asked for " + key));
        long generation = serving.isEmpty() ? -1 : new TreeMap<>(serving).lastKey();
        GenerationEvent event = complete.get(generation);
        Map<String, Written> last = load.last();
        long live = last.values().stream().filter(it -> it.kind() == Kind.ITEM).count();
        if (event == null) {
            all.add("generation " + generation + " is in service and not COMPLETE");
        } else if (recount && event.getItems() != live) {
            all.add("generation " + generation + " is COMPLETE with " + event.getItems() + " items, the input has "
                    + live);
        }
        last.values().forEach(one -> finalVector(all, one, generation));
        return all.size() > MOST ? all.subList(0, MOST) : all;
    }

    private void expect(List<String> all, Set<String> expected, String what, Written one) {
        String key = key(what, one.id(), one.partition(), one.offset());
        expected.add(key);
        if (!answers.containsKey(key)) {
            all.add("there is no " + what + " of " + one.id() + " from " + one.partition() + "@" + one.offset());
        }
    }

    private void finalVector(List<String> all, Written one, long generation) {
        Last found = vectors.get(one.id());
        boolean right =
                switch (one.kind()) {
                    case ITEM -> new Last(generation, one.offset()).equals(found);
                    case DELETION -> found == null || found.generation() == -1;
                    case UNREADABLE -> found == null;
                };
        if (!right) {
            all.add("the last record of " + one.id() + " (" + one.kind() + " at " + one.partition() + "@" + one.offset()
                    + ", generation " + generation + ") is " + found);
        }
    }

    /** Totals, for the report. */
    String counts() {
        return answers.size() + " answers, " + complete.size() + " generations complete, "
                + nextBatch.values().stream().mapToLong(Long::longValue).sum() + " mini-batches";
    }

    @Override
    public void close() {
        images.close();
        labels.close();
        embeddings.close();
        generations.close();
        batches.close();
        versions.close();
        deadLetters.close();
    }
}
