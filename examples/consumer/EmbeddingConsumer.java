import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Keeps one collection of vectors for each generation and says which one to search: the pattern every indexer follows.
 * Replace the maps by your search engine's collections, and {@code serving} by its alias.
 *
 * <p>Run with kafka-clients, Avro and a registry-aware Avro deserialiser on the class path:
 * {@code java EmbeddingConsumer.java BROKERS REGISTRY_URL [DESERIALIZER_CLASS] [STOP_AFTER_GENERATION]}
 */
public final class EmbeddingConsumer {
    private static final String EMBEDDINGS = "catalog.embeddings";
    private static final String GENERATIONS = "catalog.generations";

    /** A completion, and how far the embeddings must be read before it may be acted on. */
    private record Completion(long generation, long items, Map<TopicPartition, Long> ends) {}

    private final Map<Long, Map<String, List<Float>>> collections = new TreeMap<>();
    private final List<Completion> completions = new ArrayList<>();
    private long serving = -1;

    public static void main(String[] arguments) {
        if (arguments.length < 2) {
            System.err.println(
                    "usage: EmbeddingConsumer.java BROKERS REGISTRY_URL [DESERIALIZER_CLASS] [STOP_AFTER_GENERATION]");
            System.exit(2);
        }
        String deserializer =
                arguments.length > 2 ? arguments[2] : "io.confluent.kafka.serializers.KafkaAvroDeserializer";
        long last = arguments.length > 3 ? Long.parseLong(arguments[3]) : Long.MAX_VALUE;
        new EmbeddingConsumer().run(arguments[0], arguments[1], deserializer, last);
    }

    private void run(String brokers, String registry, String deserializer, long last) {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", brokers);
        config.put("schema.registry.url", registry);
        config.put("key.deserializer", StringDeserializer.class.getName());
        config.put("value.deserializer", deserializer);
        // Embeddings are written in transactions; without this, aborted ones would be read as well.
        config.put("isolation.level", "read_committed");
        config.put("enable.auto.commit", "false");
        try (KafkaConsumer<String, GenericRecord> consumer = new KafkaConsumer<>(config)) {
            // Everything from the beginning: both topics are compacted. With an index that is kept, seek to the offsets
            // you stored with it instead.
            List<TopicPartition> partitions = new ArrayList<>();
            for (String topic : List.of(EMBEDDINGS, GENERATIONS)) {
                consumer.partitionsFor(topic)
                        .forEach(one -> partitions.add(new TopicPartition(topic, one.partition())));
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (serving < last) {
                for (ConsumerRecord<String, GenericRecord> record : consumer.poll(Duration.ofMillis(500))) {
                    if (record.topic().equals(EMBEDDINGS)) {
                        embedding(record.key(), record.value());
                    } else if (record.value() != null) {
                        event(record.value(), consumer);
                    }
                }
                swap(consumer);
            }
        }
    }

    private void embedding(String id, GenericRecord embedding) {
        if (embedding == null) { // the item was deleted: from every generation
            collections.values().forEach(collection -> collection.remove(id));
            return;
        }
        List<Float> vector = new ArrayList<>();
        for (Object number : (List<?>) embedding.get("vector")) {
            vector.add((Float) number);
        }
        // Never into a collection of another generation: their vectors cannot be compared.
        collections
                .computeIfAbsent((Long) embedding.get("generation"), number -> new HashMap<>())
                .put(id, vector);
    }

    private void event(GenericRecord event, KafkaConsumer<String, GenericRecord> consumer) {
        long generation = (Long) event.get("generation");
        String state = event.get("state").toString();
        if (state.equals("COMPLETE")) {
            // Events and embeddings are different topics: this may be read before the last vectors it speaks of.
            List<TopicPartition> embeddings = consumer.assignment().stream()
                    .filter(partition -> partition.topic().equals(EMBEDDINGS))
                    .toList();
            completions.add(
                    new Completion(generation, (Long) event.get("items"), consumer.endOffsets(embeddings)));
        } else if (state.equals("RETIRED") && generation != serving) {
            collections.remove(generation);
            completions.removeIf(completion -> completion.generation() == generation);
        }
    }

    private void swap(KafkaConsumer<String, GenericRecord> consumer) {
        completions.removeIf(completion -> {
            boolean read = completion.ends().entrySet().stream()
                    .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
            // A retired generation's vectors are no longer there, though its completion may still be read.
            if (read && completion.generation() > serving && collections.containsKey(completion.generation())) {
                serving = completion.generation();
                collections.keySet().removeIf(generation -> generation < serving);
                System.out.println("serving generation " + serving + " with "
                        + collections.getOrDefault(serving, Map.of()).size() + " vectors of " + completion.items()
                        + " items");
            }
            return read;
        });
    }
}
