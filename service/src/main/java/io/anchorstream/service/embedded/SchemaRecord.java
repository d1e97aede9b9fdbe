package io.anchorstream.service.embedded;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.anchorstream.schemas.registry.CompatibilityLevel;
import org.jspecify.annotations.Nullable;

/** A record of the {@code _schemas} topic, in the JSON that Confluent's registry writes there. */
sealed interface SchemaRecord {

    /** The record's key. */
    String key();

    /** The record's value; null deletes the key. */
    @Nullable
    String value();

    /** A schema became a version of a subject, or was marked deleted. */
    record SchemaVersion(String subject, int version, int id, String schema, boolean deleted) implements SchemaRecord {
        @Override
        public String key() {
            ObjectNode key = Json.key("SCHEMA", subject, 1);
            key.put("version", version);
            return Json.write(key);
        }

        @Override
        public String value() {
            ObjectNode value = Json.object();
            value.put("subject", subject).put("version", version).put("id", id);
            return Json.write(value.put("schema", schema).put("deleted", deleted));
        }
    }

    /** All versions of the subject up to this one were deleted. */
    record SubjectDeleted(String subject, int version) implements SchemaRecord {
        @Override
        public String key() {
            return Json.write(Json.key("DELETE_SUBJECT", subject, 0));
        }

        @Override
        public String value() {
            return Json.write(Json.object().put("subject", subject).put("version", version));
        }
    }

    /** A compatibility level was set; of all subjects when subject is null; unset when level is null. */
    record Level(@Nullable String subject, @Nullable CompatibilityLevel level) implements SchemaRecord {
        @Override
        public String key() {
            return Json.write(Json.key("CONFIG", subject, 0));
        }

        @Override
        public @Nullable String value() {
            CompatibilityLevel set = level;
            return set == null
                    ? null
                    : Json.write(Json.object().put("subject", subject).put("compatibilityLevel", set.name()));
        }
    }

    /** A record that says nothing to this registry: NOOP, MODE, or one whose key was deleted for good. */
    record Other(String key, @Nullable String value) implements SchemaRecord {}

    /**
     * Reads a record.
     *
     * @throws IllegalArgumentException when it is not the JSON expected
     */
    static SchemaRecord parse(String key, @Nullable String value) {
        JsonNode k = Json.read(key);
        JsonNode v = value == null ? Json.object() : Json.read(value);
        String subject = k.path("subject").isTextual() ? k.path("subject").textValue() : null;
        return switch (k.path("keytype").asText()) {
            case "SCHEMA" ->
                subject == null || value == null
                        ? new Other(key, value)
                        : new SchemaVersion(
                                subject,
                                k.path("version").asInt(),
                                v.path("id").asInt(),
                                v.path("schema").asText(),
                                v.path("deleted").asBoolean(false));
            case "DELETE_SUBJECT" ->
                subject == null || value == null
                        ? new Other(key, value)
                        : new SubjectDeleted(subject, v.path("version").asInt());
            case "CONFIG" ->
                new Level(
                        subject,
                        value == null
                                ? null
                                : CompatibilityLevel.parse(
                                        v.path("compatibilityLevel").asText()));
            default -> new Other(key, value);
        };
    }

    /** JSON in and out. */
    final class Json {
        private static final ObjectMapper MAPPER = new ObjectMapper();

        private Json() {}

        static ObjectNode object() {
            return MAPPER.createObjectNode();
        }

        static ArrayNode array() {
            return MAPPER.createArrayNode();
        }

        static ObjectNode key(String type, @Nullable String subject, int magic) {
            ObjectNode key = object().put("keytype", type);
            if (subject != null) {
                key.put("subject", subject);
            }
            return key.put("magic", magic);
        }

        static String write(JsonNode node) {
            return node.toString();
        }

        static JsonNode read(String text) {
            try {
                return MAPPER.readTree(text);
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
            }
        }
    }
}
