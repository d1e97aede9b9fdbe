package io.anchorstream.schemas.serde;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.anchorstream.schemas.registry.RegisteredSchema;
import io.anchorstream.schemas.registry.RegistryConfig;
import io.anchorstream.schemas.registry.RegistryException;
import io.anchorstream.schemas.registry.SchemaRegistry;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes Avro records in Confluent's wire format. Subjects follow TopicNameStrategy ({@code topic-value},
 * {@code topic-key}). Thread-safe once configured; null stays null, so that tombstones pass.
 */
public final class AvroSerializer<T extends IndexedRecord> implements Serializer<T> {

    /** Scratch space, one per thread for all serdes; holds nothing between two records. */
    private static final ThreadLocal<ScratchEncoder> SCRATCH = ThreadLocal.withInitial(ScratchEncoder::new);

    private final Map<Target, Plan> plans = new ConcurrentHashMap<>();

    private @Nullable SchemaRegistry registry;
    private SerdeOptions options = new SerdeOptions(true, false, false);
    private boolean key;
    /** Nearly every serialiser writes one schema to one topic: spares the map on the hot path. */
    private volatile @Nullable Plan last;

    /** For Kafka, which calls {@link #configure} next. */
    public AvroSerializer() {}

    AvroSerializer(SchemaRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        options = SerdeOptions.from(configs);
        key = isKey;
        if (registry == null) {
            registry = SchemaRegistry.open(RegistryConfig.from(configs));
        }
    }

    @Override
    public byte @Nullable [] serialize(String topic, @Nullable T data) {
        if (data == null) {
            return null;
        }
        Schema schema = data.getSchema();
        Plan plan = last;
        if (plan == null || !plan.schema.equals(schema) || !plan.topic.equals(topic)) {
            plan = plans.computeIfAbsent(new Target(topic, schema), this::plan);
            last = plan;
        }
        try {
            ScratchEncoder encoder = SCRATCH.get();
            encoder.begin();
            plan.write(data, encoder);
            return encoder.finish(plan.id);
        } catch (IOException | RuntimeException e) {
            throw new SerializationException(
                    "Could not encode a " + schema.getFullName() + " for topic " + topic + ": " + e.getMessage(), e);
        }
    }

    private Plan plan(Target target) {
        SchemaRegistry registry = this.registry;
        if (registry == null) {
            throw new SerializationException("Call configure() before serialize(): no schema registry is known yet.");
        }
        String subject = target.topic() + (key ? "-key" : "-value");
        Schema schema = target.schema();
        if (options.autoRegister()) {
            return new Plan(target, registry.register(subject, schema), null);
        }
        if (!options.useLatest()) {
            return new Plan(target, lookup(registry, subject, schema), null);
        }
        RegisteredSchema latest = registry.latest(subject);
        if (latest.schema().equals(schema)) {
            return new Plan(target, latest.id(), null);
        }
        var check = SchemaCompatibility.checkReaderWriterCompatibility(latest.schema(), schema);
        if (check.getType() != SchemaCompatibility.SchemaCompatibilityType.COMPATIBLE) {
            throw new SerializationException("The latest schema of " + subject + " (version " + latest.version()
                    + ") cannot read a " + schema.getFullName() + ": "
                    + check.getResult().getIncompatibilities() + ". Register this program's schema first.");
        }
        return new Plan(target, latest.id(), latest.schema());
    }

    private static int lookup(SchemaRegistry registry, String subject, Schema schema) {
        try {
            return registry.lookup(subject, schema);
        } catch (RegistryException e) {
            if (e.errorCode() == 40401 || e.errorCode() == 40403) {
                throw new SerializationException(
                        "Schema " + schema.getFullName() + " is not registered under " + subject + " and "
                                + SerdeOptions.AUTO_REGISTER + " is false: register it, or set that to true. ("
                                + e.getMessage() + ")",
                        e);
            }
            throw e;
        }
    }

    private record Target(String topic, Schema schema) {}

    /** How records of one schema go to one topic. */
    private static final class Plan {
        private final String topic;
        private final Schema schema;
        private final int id;
        private final DatumWriter<Object> writer;
        private final @Nullable Schema wire;

        Plan(Target target, int id, @Nullable Schema wire) {
            this.topic = target.topic();
            this.schema = target.schema();
            this.id = id;
            this.writer = new SpecificDatumWriter<>(schema, GeneratedClasses.forWriting());
            this.wire = wire;
        }

        void write(IndexedRecord data, ScratchEncoder encoder) throws IOException {
            if (wire == null) {
                writer.write(data, encoder);
                return;
            }
            // The subject's schema is another one: resolve by field name, as a reader of that schema would.
            ScratchEncoder own = new ScratchEncoder();
            own.begin();
            writer.write(data, own);
            byte[] bytes = own.finish(0);
            Object projected = new GenericDatumReader<>(schema, wire)
                    .read(
                            null,
                            DecoderFactory.get()
                                    .binaryDecoder(bytes, WireFormat.HEADER, bytes.length - WireFormat.HEADER, null));
            new GenericDatumWriter<>(wire).write(projected, encoder);
        }
    }
}
