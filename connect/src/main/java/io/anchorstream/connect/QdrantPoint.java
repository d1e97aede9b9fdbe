package io.anchorstream.connect;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.connect.components.Versioned;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.transforms.Transformation;
import org.jspecify.annotations.Nullable;

/**
 * Makes a vector of {@code catalog.embeddings} what Qdrant's sink takes: {@code collection_name}, {@code id},
 * {@code vector} and {@code payload}. Points are named by numbers or UUIDs there, so that an item's is the version 5 UUID
 * (RFC 4122) of its id, and the id stands in the payload as {@code item}.
 *
 * <p>Lets the vectors of one generation through, which has a connector and a collection of its own: a deletion names no
 * generation and concerns all of them, but a transform can make only one record of one.
 *
 * @param <R> the worker's record
 */
public final class QdrantPoint<R extends ConnectRecord<R>> implements Transformation<R>, Versioned {
    static final String GENERATION = "generation";
    static final String COLLECTION = "collection";
    static final String PAYLOAD = "payload";

    private static final ConfigDef CONFIG = new ConfigDef()
            .define(GENERATION, ConfigDef.Type.LONG, Importance.HIGH, "Whose vectors are let through, e.g. 3.")
            .define(
                    COLLECTION,
                    ConfigDef.Type.STRING,
                    ConfigDef.NO_DEFAULT_VALUE,
                    new ConfigDef.NonEmptyString(),
                    Importance.HIGH,
                    "Where they go, e.g. embeddings-3.")
            .define(
                    PAYLOAD,
                    ConfigDef.Type.LIST,
                    List.of("label", "modelVersion"),
                    Importance.LOW,
                    "Fields of the record that come along beside the item's id.");

    private long generation;
    private String collection = "";
    private List<String> payload = List.of();

    @Override
    public void configure(Map<String, ?> settings) {
        AbstractConfig config = new AbstractConfig(CONFIG, settings, false);
        generation = config.getLong(GENERATION);
        collection = config.getString(COLLECTION);
        payload = List.copyOf(config.getList(PAYLOAD));
    }

    /**
     * Returns the point; of a deletion the point's name as the key; null where the vector is of another generation.
     *
     * @throws DataException for a record that is no embedding
     */
    @Override
    public @Nullable R apply(R record) {
        if (!(record.key() instanceof String item)) {
            throw new DataException("the key of " + where(record) + " is no text but " + nameOf(record.key())
                    + "; it is the item's id: set key.converter to org.apache.kafka.connect.storage.StringConverter");
        }
        String id = NameUuid.ofItem(item).toString();
        if (record.value() == null) {
            return record.newRecord(
                    record.topic(),
                    record.kafkaPartition(),
                    null,
                    Map.of("id", id, "collection_name", collection),
                    null,
                    null,
                    record.timestamp());
        }
        if (!(record.value() instanceof Struct embedding)) {
            throw new DataException("the value of " + where(record) + " is no record with a schema but "
                    + nameOf(record.value()) + "; set value.converter to io.confluent.connect.avro.AvroConverter");
        }
        if (!(field(record, embedding, "generation") instanceof Long of)) {
            throw new DataException("the generation of " + where(record) + " is no whole number");
        }
        return of == generation ? point(record, item, id, embedding) : null;
    }

    private R point(R record, String item, String id, Struct embedding) {
        Map<String, Object> carried = new LinkedHashMap<>();
        carried.put("item", item);
        payload.forEach(name -> carried.put(name, field(record, embedding, name)));
        Map<String, Object> point = new LinkedHashMap<>();
        point.put("collection_name", collection);
        point.put("id", id);
        point.put("vector", field(record, embedding, "vector"));
        point.put("payload", carried);
        return record.newRecord(
                record.topic(),
                record.kafkaPartition(),
                record.keySchema(),
                record.key(),
                null,
                point,
                record.timestamp());
    }

    private static Object field(ConnectRecord<?> record, Struct embedding, String name) {
        Field field = embedding.schema().field(name);
        Object value = field == null ? null : embedding.get(field);
        if (value == null) {
            throw new DataException("the value of " + where(record) + " has no " + name + " but "
                    + embedding.schema().fields().stream().map(Field::name).toList()
                    + "; read catalog.embeddings, and list only fields of it under payload");
        }
        return value;
    }

    private static String where(ConnectRecord<?> record) {
        return "a record of " + record.topic() + ", partition " + record.kafkaPartition();
    }

    private static String nameOf(@Nullable Object value) {
        return value == null ? "null" : value.getClass().getName();
    }

    @Override
    public ConfigDef config() {
        return CONFIG;
    }

    @Override
    public String version() {
        String version = QdrantPoint.class.getPackage().getImplementationVersion();
        return version == null ? "unknown" : version;
    }

    @Override
    public void close() {}
}
