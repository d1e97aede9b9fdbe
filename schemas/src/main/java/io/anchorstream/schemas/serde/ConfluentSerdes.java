package io.anchorstream.schemas.serde;

import java.util.HashMap;
import java.util.Map;

import io.anchorstream.avro.CatalogItem;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.util.ClassSecurityValidator;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Confluent's own serialiser and deserialiser, by class name: they are not on Maven Central, so no build needs them. */
final class ConfluentSerdes implements SerdeFactory {

    private static final String SERIALIZER = "io.confluent.kafka.serializers.KafkaAvroSerializer";
    private static final String DESERIALIZER = "io.confluent.kafka.serializers.KafkaAvroDeserializer";
    private static final String OWN_PACKAGE = CatalogItem.class.getPackageName();

    private final Map<String, ?> config;

    ConfluentSerdes(Map<String, ?> config) {
        this.config = Map.copyOf(config);
        // Says at start-up what is missing, not at the first record.
        create(SERIALIZER);
        trustOwnRecords();
    }

    @Override
    public <T extends SpecificRecord> Serde<T> values(Class<T> type) {
        Map<String, Object> settings = new HashMap<>(config);
        settings.put(SerdeOptions.SPECIFIC_READER, true);
        settings.put("specific.avro.value.type", type.getName());
        @SuppressWarnings("unchecked") // KafkaAvroSerializer takes any object
        Serializer<Object> serializer = (Serializer<Object>) create(SERIALIZER);
        Deserializer<?> deserializer = (Deserializer<?>) create(DESERIALIZER);
        serializer.configure(settings, false);
        deserializer.configure(settings, false);
        return Serdes.serdeFrom(serializer::serialize, new Typed<>(type, deserializer));
    }

    private static Object create(String name) {
        try {
            return Class.forName(name).getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new ConfigException(
                    SerdeFactory.CHOICE,
                    "confluent",
                    "needs " + name + " (io.confluent:kafka-avro-serializer) on the class path, which is missing or"
                            + " incomplete: " + e + ". Build with -Pconfluent -Dconfluent.repository=URL, or use "
                            + SerdeFactory.CHOICE + "=anchorstream, which writes the same bytes");
        }
    }

    /** Avro since 1.12.1 instantiates no class that is not trusted; Confluent's reader goes by the schema's names. */
    private static void trustOwnRecords() {
        var present = ClassSecurityValidator.getGlobal();
        if (!present.isTrusted(CatalogItem.class)) {
            ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(
                    present, type -> type.getPackageName().equals(OWN_PACKAGE)));
        }
    }

    private record Typed<T>(Class<T> type, Deserializer<?> untyped) implements Deserializer<T> {
        @Override
        public @Nullable T deserialize(String topic, byte @Nullable [] data) {
            return type.cast(untyped.deserialize(topic, data));
        }

        @Override
        public @Nullable T deserialize(String topic, Headers headers, byte @Nullable [] data) {
            return type.cast(untyped.deserialize(topic, headers, data));
        }

        @Override
        public void close() {
            untyped.close();
        }
    }
}
