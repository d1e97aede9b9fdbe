package io.anchorstream.schemas.registry;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** A registry over HTTP with Confluent's protocol, version 1. Thread-safe; schemas and ids are cached for ever. */
public final class HttpSchemaRegistry implements SchemaRegistry {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final RegistryTransport transport;
    private final boolean normalize;
    private final Map<Integer, Schema> schemas = new ConcurrentHashMap<>();
    private final Map<Key, Integer> registered = new ConcurrentHashMap<>();

    private record Key(String subject, Schema schema) {}

    public HttpSchemaRegistry(RegistryConfig config) {
        this.transport = new RegistryTransport(config);
        this.normalize = config.normalize();
    }

    @Override
    public int register(String subject, Schema schema) {
        Key key = new Key(subject, schema);
        Integer known = registered.get(key);
        if (known != null) {
            return known;
        }
        JsonNode answer =
                transport.send("POST", "/subjects/" + path(subject) + "/versions?normalize=" + normalize, body(schema));
        int id = number(answer, "id", subject);
        registered.put(key, id);
        return id;
    }

    @Override
    public int lookup(String subject, Schema schema) {
        Key key = new Key(subject, schema);
        Integer known = registered.get(key);
        if (known != null) {
            return known;
        }
        JsonNode answer =
                transport.send("POST", "/subjects/" + path(subject) + "?normalize=" + normalize, body(schema));
        int id = number(answer, "id", subject);
        registered.put(key, id);
        return id;
    }

    @Override
    public Schema byId(int id) {
        Schema known = schemas.get(id);
        if (known != null) {
            return known;
        }
        JsonNode answer = transport.send("GET", "/schemas/ids/" + id, null);
        Schema schema = avro(answer, "id " + id);
        Schema first = schemas.putIfAbsent(id, schema);
        return first == null ? schema : first;
    }

    @Override
    public RegisteredSchema latest(String subject) {
        JsonNode answer = transport.send("GET", "/subjects/" + path(subject) + "/versions/latest", null);
        return new RegisteredSchema(
                subject,
                number(answer, "version", subject),
                number(answer, "id", subject),
                avro(answer, "the latest version of " + subject));
    }

    @Override
    public void setCompatibility(String subject, CompatibilityLevel level) {
        transport.send(
                "PUT", "/config/" + path(subject), json(JSON.createObjectNode().put("compatibility", level.name())));
    }

    private static Schema avro(JsonNode answer, String what) {
        String type = answer.path("schemaType").asText("AVRO");
        if (!type.equals("AVRO")) {
            throw new RegistryException(422, "The schema of " + what + " is " + type + "; only AVRO can be read here.");
        }
        if (!answer.path("references").isEmpty()) {
            throw new RegistryException(
                    422, "The schema of " + what + " refers to others; register it as one self-contained schema.");
        }
        try {
            return new Schema.Parser().parse(answer.path("schema").asText());
        } catch (AvroRuntimeException e) {
            throw new RegistryException(422, "The schema of " + what + " is not valid Avro: " + e.getMessage(), e);
        }
    }

    private static int number(JsonNode answer, String field, String subject) {
        JsonNode value = answer.path(field);
        if (!value.isInt()) {
            throw new RegistryException(
                    502, "The registry's answer for " + subject + " has no number \"" + field + "\": " + answer);
        }
        return value.intValue();
    }

    private static @Nullable String body(Schema schema) {
        return json(JSON.createObjectNode().put("schema", schema.toString()));
    }

    private static String json(ObjectNode node) {
        try {
            return JSON.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Path encoding: a subject may hold characters that a topic cannot. */
    private static String path(String subject) {
        return URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
