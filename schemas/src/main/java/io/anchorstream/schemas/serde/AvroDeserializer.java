package io.anchorstream.schemas.serde;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.schemas.registry.RegistryConfig;
import io.anchorstream.schemas.registry.SchemaRegistry;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * Reads Avro records in Confluent's wire format, resolving the writer's schema to the reader's. Thread-safe once
 * configured; null stays null. Fails with a {@link SerializationException}: of bytes that are no such record, of an
 * unknown schema id, and of a schema that cannot be resolved; with
 * {@link io.anchorstream.schemas.registry.RegistryUnavailableException} when the registry is away.
 */
public final class AvroDeserializer<T extends IndexedRecord> implements Deserializer<T> {

    private final Map<Integer, DatumReader<T>> readers = new ConcurrentHashMap<>();
    private static final String OWN_PACKAGE = CatalogItem.class.getPackageName();

    /** Scratch space, one per thread for all serdes; holds nothing between two records. */
    private static final ThreadLocal<BinaryDecoder> DECODER = new ThreadLocal<>();

    private final @Nullable Class<T> type;

    private @Nullable SchemaRegistry registry;
    private SerdeOptions options = new SerdeOptions(true, false, false);

    /** For Kafka, which calls {@link #configure} next; the class follows from the writer's schema. */
    public AvroDeserializer() {
        this.type = null;
    }

    AvroDeserializer(Class<T> type, @Nullable SchemaRegistry registry) {
        this.type = type;
        this.registry = registry;
    }

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        options = SerdeOptions.from(configs);
        if (registry == null) {
            registry = SchemaRegistry.open(RegistryConfig.from(configs));
        }
    }

    @Override
    public @Nullable T deserialize(String topic, byte @Nullable [] data) {
        return data == null ? null : read(topic, data, 0, data.length);
    }

    /** Reads from the fetch buffer itself, without the copy into an array of its own. */
    @Override
    public @Nullable T deserialize(String topic, Headers headers, @Nullable ByteBuffer data) {
        if (data == null) {
            return null;
        }
        if (data.hasArray()) {
            return read(topic, data.array(), data.arrayOffset() + data.position(), data.remaining());
        }
        byte[] copy = Utils.toArray(data);
        return read(topic, copy, 0, copy.length);
    }

    private T read(String topic, byte[] data, int offset, int length) {
        int id = WireFormat.schemaId(topic, data, offset, length);
        DatumReader<T> reader = readers.get(id);
        if (reader == null) {
            reader = readers.computeIfAbsent(id, unknown -> reader(topic, unknown));
        }
        BinaryDecoder decoder = DecoderFactory.get()
                .binaryDecoder(data, offset + WireFormat.HEADER, length - WireFormat.HEADER, DECODER.get());
        DECODER.set(decoder);
        try {
            T record = reader.read(null, new BoundedDecoder(decoder, length));
            if (!decoder.isEnd()) {
                throw new IOException("bytes are left over after the record");
            }
            return record;
        } catch (IOException | RuntimeException e) {
            throw new SerializationException(
                    "A value on " + topic + " names schema " + id + " but its " + length
                            + " bytes are not such a record: " + e,
                    e);
        }
    }

    private DatumReader<T> reader(String topic, int id) {
        SchemaRegistry registry = this.registry;
        if (registry == null) {
            throw new SerializationException("Call configure() before deserialize(): no schema registry is known yet.");
        }
        Schema writer = registry.byId(id);
        Class<?> target = type != null ? type : options.specificReader() ? generated(topic, writer) : null;
        if (target == null) {
            return new GenericDatumReader<>(writer);
        }
        Schema expected = SpecificData.get().getSchema(target);
        var check = SchemaCompatibility.checkReaderWriterCompatibility(expected, writer);
        if (check.getType() != SchemaCompatibility.SchemaCompatibilityType.COMPATIBLE) {
            throw new SerializationException("A value on " + topic + " was written with schema " + id + " ("
                    + writer.getFullName() + "), which cannot be read as " + expected.getFullName() + ": "
                    + check.getResult().getIncompatibilities());
        }
        return new SpecificDatumReader<>(writer, expected, new GeneratedClasses(target, expected));
    }

    private static Class<?> generated(String topic, Schema writer) {
        Class<?> found;
        if (OWN_PACKAGE.equals(writer.getNamespace())) {
            try {
                found = Class.forName(SpecificData.getClassName(writer));
            } catch (ClassNotFoundException e) {
                throw new SerializationException(unknown(topic, writer), e);
            }
        } else {
            // Avro's own list of trusted packages decides about classes of others.
            found = new SpecificData(AvroDeserializer.class.getClassLoader()).getClass(writer);
        }
        if (found == null || !IndexedRecord.class.isAssignableFrom(found)) {
            throw new SerializationException(unknown(topic, writer));
        }
        return found;
    }

    private static String unknown(String topic, Schema writer) {
        return "A value on " + topic + " is a " + writer.getFullName() + ", for which there is no generated class here."
                + " Set " + SerdeOptions.SPECIFIC_READER + "=false to read generic records.";
    }
}
