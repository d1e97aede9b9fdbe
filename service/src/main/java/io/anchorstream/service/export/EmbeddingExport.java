package io.anchorstream.service.export;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.ItemEmbedding;
import io.anchorstream.schemas.topics.Topics;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Writes the vectors of one generation, as the topic holds them now. The topic keeps the newest vector of each item, so
 * that a generation is whole from its completion until the next refresh begins. Not thread-safe.
 */
public final class EmbeddingExport {
    private static final Duration POLL = Duration.ofMillis(500);

    private final Topics topics;
    private final Consumer<String, byte[]> consumer;
    private final Deserializer<SpecificRecord> values;

    /**
     * @param consumer without a group, read-committed
     */
    public EmbeddingExport(Topics topics, Consumer<String, byte[]> consumer, Deserializer<SpecificRecord> values) {
        this.topics = topics;
        this.consumer = consumer;
        this.values = values;
    }

    /** The kinds of files. */
    public enum Format {
        JSONL,
        NPY,
        PARQUET;

        private VectorFile open(Path file) throws IOException {
            return switch (this) {
                case JSONL -> new JsonLinesFile(file);
                case NPY -> new NumpyFile(file);
                case PARQUET -> new ParquetFile(file);
            };
        }

        /** The second file that is written: which row is which item. */
        public Optional<Path> ids(Path file) {
            return this == NPY ? Optional.of(NumpyFile.ids(file)) : Optional.empty();
        }

        /** As it is written on the command line. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** By the end of a file's name; empty where that names none of them. */
        public static Optional<Format> of(Path file) {
            String name = file.toString().toLowerCase(Locale.ROOT);
            return Arrays.stream(values())
                    .filter(format -> name.endsWith("." + format.label()))
                    .findFirst();
        }
    }

    /**
     * How it went.
     *
     * @param written vectors of the generation
     * @param others items whose newest vector is of another generation
     */
    public record Outcome(long generation, long written, long others) {}

    /**
     * The generations there are.
     *
     * @param known those of which anything is kept
     * @param newestComplete -1 when none is
     */
    public record Generations(SortedSet<Long> known, long newestComplete) {
        /** "0 to 6", or one by one where there are gaps. */
        public String text() {
            if (known.isEmpty()) {
                return "none yet";
            }
            boolean unbroken = known.size() > 2 && known.last() - known.first() == known.size() - 1;
            return unbroken
                    ? known.first() + " to " + known.last()
                    : known.stream().map(String::valueOf).collect(Collectors.joining(", "));
        }
    }

    public Generations generations() {
        SortedSet<Long> known = new TreeSet<>();
        long[] newest = {-1};
        read(topics.catalogGenerations().name(), record -> {
            if (record.value() != null
                    && values.deserialize(record.topic(), record.value()) instanceof GenerationEvent event) {
                known.add(event.getGeneration());
                if (event.getState() == GenerationState.COMPLETE) {
                    newest[0] = Math.max(newest[0], event.getGeneration());
                }
            }
        });
        return new Generations(known, newest[0]);
    }

    /**
     * Writes the file as a whole or not at all; without a single vector of the generation, not at all: an empty file would
     * look like an empty catalogue.
     */
    public Outcome write(long generation, Format format, Path file) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Map<String, ItemEmbedding> live = new TreeMap<>();
        Set<String> others = new HashSet<>();
        read(topics.catalogEmbeddings().name(), record -> {
            live.remove(record.key());
            others.remove(record.key());
            if (record.value() != null
                    && values.deserialize(record.topic(), record.value()) instanceof ItemEmbedding embedding) {
                if (embedding.getGeneration() == generation) {
                    live.put(record.key(), embedding);
                } else {
                    others.add(record.key());
                }
            }
        });
        if (live.isEmpty()) {
            return new Outcome(generation, 0, others.size());
        }
        try (VectorFile target = format.open(part)) {
            for (Map.Entry<String, ItemEmbedding> one : live.entrySet()) {
                target.add(one.getKey(), one.getValue());
            }
        }
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        if (format == Format.NPY) {
            Files.move(NumpyFile.ids(part), NumpyFile.ids(file), StandardCopyOption.REPLACE_EXISTING);
        }
        return new Outcome(generation, live.size(), others.size());
    }

    private void read(String topic, java.util.function.Consumer<ConsumerRecord<String, byte[]>> sink) {
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(partitions));
        while (partitions.stream().anyMatch(one -> consumer.position(one) < ends.getOrDefault(one, 0L))) {
            consumer.poll(POLL).forEach(sink);
        }
    }
}
