package io.anchorstream.schemas.serde;

import java.util.Locale;
import java.util.Map;

import io.anchorstream.schemas.registry.RegistryConfig;
import io.anchorstream.schemas.registry.SchemaRegistry;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.Serde;

/**
 * Chooses who encodes values: this project's serdes, or Confluent's own classes where they are on the class path (build
 * with the profile {@code confluent}). The bytes are the same.
 */
public interface SerdeFactory {

    /** The configuration key: {@code anchorstream} (default) or {@code confluent}. */
    String CHOICE = "anchorstream.serde";

    /** A serde for the values of a topic. */
    <T extends SpecificRecord> Serde<T> values(Class<T> type);

    /**
     * Reads {@value #CHOICE}; all serdes of a factory share one registry client and its cache.
     *
     * @param config the same map that Kafka's clients get, with {@code schema.registry.url}
     * @throws ConfigException when the choice is unknown, or is {@code confluent} and its classes are missing
     */
    static SerdeFactory from(Map<String, ?> config) {
        return wantsConfluent(config)
                ? new ConfluentSerdes(config)
                : new OwnSerdes(config, SchemaRegistry.open(RegistryConfig.from(config)));
    }

    /** True for {@code confluent}, false for {@code anchorstream}, refused otherwise. */
    static boolean wantsConfluent(Map<String, ?> config) {
        Object given = config.get(CHOICE);
        String choice =
                given == null ? "anchorstream" : given.toString().strip().toLowerCase(Locale.ROOT);
        return switch (choice) {
            case "anchorstream" -> false;
            case "confluent" -> true;
            default -> throw new ConfigException(CHOICE, given, "must be anchorstream or confluent");
        };
    }

    /** This project's serdes. */
    record OwnSerdes(Map<String, ?> config, SchemaRegistry registry) implements SerdeFactory {
        @Override
        public <T extends SpecificRecord> Serde<T> values(Class<T> type) {
            return AvroSerde.of(type, config, registry);
        }
    }
}
