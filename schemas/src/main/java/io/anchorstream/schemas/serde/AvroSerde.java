package io.anchorstream.schemas.serde;

import java.util.Map;

import io.anchorstream.schemas.registry.RegistryConfig;
import io.anchorstream.schemas.registry.SchemaRegistry;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/** Serialiser and deserialiser of one generated Avro class, over one registry. Thread-safe. */
public final class AvroSerde<T extends SpecificRecord> implements Serde<T> {

    private final Serializer<T> serializer;
    private final Deserializer<T> deserializer;

    private AvroSerde(Serializer<T> serializer, Deserializer<T> deserializer) {
        this.serializer = serializer;
        this.deserializer = deserializer;
    }

    /**
     * A serde for values, ready for use.
     *
     * @param config needs {@code schema.registry.url}; see RegistryConfig for the rest, and {@link SerdeFactory#CHOICE} for
     *     whose classes encode; other keys are ignored
     */
    public static <T extends SpecificRecord> AvroSerde<T> of(Class<T> type, Map<String, ?> config) {
        return of(type, config, SchemaRegistry.open(RegistryConfig.from(config)));
    }

    /** As above, over a registry client that several serdes share. */
    public static <T extends SpecificRecord> AvroSerde<T> of(
            Class<T> type, Map<String, ?> config, SchemaRegistry registry) {
        if (SerdeFactory.wantsConfluent(config)) {
            Serde<T> genuine = new ConfluentSerdes(config).values(type);
            return new AvroSerde<>(genuine.serializer(), genuine.deserializer());
        }
        AvroSerializer<T> serializer = new AvroSerializer<>(registry);
        AvroDeserializer<T> deserializer = new AvroDeserializer<>(type, registry);
        serializer.configure(config, false);
        deserializer.configure(config, false);
        return new AvroSerde<>(serializer, deserializer);
    }

    @Override
    public Serializer<T> serializer() {
        return serializer;
    }

    @Override
    public Deserializer<T> deserializer() {
        return deserializer;
    }
}
