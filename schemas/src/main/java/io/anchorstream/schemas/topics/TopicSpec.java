package io.anchorstream.schemas.topics;

import java.util.Map;

import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.NewTopic;
import org.jspecify.annotations.Nullable;

/**
 * One topic of the catalogue: what must be created, and what travels on it. Keys are UTF-8 strings.
 *
 * @param name full name, prefix included
 * @param partitions number of partitions, at least 1
 * @param config topic settings that differ from the broker's, by Kafka's names
 * @param valueType the Avro record, or null where the value is opaque bytes (dead letters)
 * @param direction who writes it and who reads it; decides how its schema may evolve
 * @param purpose one sentence for operators
 */
public record TopicSpec(
        String name,
        int partitions,
        Map<String, String> config,
        @Nullable Class<? extends SpecificRecord> valueType,
        Direction direction,
        String purpose) {

    public TopicSpec {
        if (partitions < 1) {
            throw new IllegalArgumentException(
                    "A topic has at least 1 partition; " + name + " was given " + partitions + ".");
        }
        config = Map.copyOf(config);
    }

    /** True when the topic keeps the last value of each key for ever. */
    public boolean compacted() {
        return "compact".equals(config.get("cleanup.policy"));
    }

    /** The registry subject of the value under Confluent's TopicNameStrategy. */
    public String subject() {
        return name + "-value";
    }

    /** The request that creates the topic. */
    public NewTopic newTopic(short replicationFactor) {
        return new NewTopic(name, partitions, replicationFactor).configs(config);
    }
}
