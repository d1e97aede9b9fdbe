package io.anchorstream.service.embedded;

import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.anchorstream.schemas.registry.CompatibilityLevel;
import io.anchorstream.service.embedded.SchemaRecord.Json;
import io.anchorstream.service.embedded.SchemaState.Version;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import org.jspecify.annotations.Nullable;

/** Confluent's registry protocol, version 1, over {@link SchemaSubjects}. */
final class RegistryRoutes {

    private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final String READ_WRITE = "READWRITE";

    private final SchemaSubjects subjects;

    RegistryRoutes(SchemaSubjects subjects) {
        this.subjects = subjects;
    }

    void register(RoutesConfig routes) {
        routes.get("/", ctx -> answer(ctx, Json.object()));
        subjects(routes);
        schemas(routes);
        compatibility(routes);
        config(routes);
        mode(routes);
        routes.exception(RegistryError.class, (error, ctx) -> fail(ctx, error.status(), error.code(), error));
        routes.exception(Exception.class, (error, ctx) -> fail(ctx, 500, 50001, error));
        routes.error(404, "*", ctx -> {
            if (ctx.attribute("answered") == null) {
                fail(ctx, 404, 404, new IllegalArgumentException("HTTP 404 Not Found: " + ctx.path()));
            }
        });
    }

    private void subjects(RoutesConfig routes) {
        routes.get("/subjects", ctx -> {
            String prefix = query(ctx, "subjectPrefix", "");
            answer(
                    ctx,
                    strings(subjects.subjects(flag(ctx, "deleted")).stream()
                            .filter(subject -> subject.startsWith(prefix))
                            .toList()));
        });
        routes.post("/subjects/{subject}", ctx -> {
            Version found = subjects.lookup(ctx.pathParam("subject"), schemaOf(ctx), flag(ctx, "deleted"));
            answer(ctx, full(found));
        });
        routes.delete("/subjects/{subject}", ctx -> {
            softOnly(ctx);
            answer(ctx, numbers(subjects.delete(ctx.pathParam("subject"))));
        });
        routes.get(
                "/subjects/{subject}/versions",
                ctx -> answer(
                        ctx,
                        numbers(subjects.versions(ctx.pathParam("subject"), flag(ctx, "deleted")).stream()
                                .map(Version::version)
                                .toList())));
        routes.post("/subjects/{subject}/versions", ctx -> {
            Version registered = subjects.register(ctx.pathParam("subject"), schemaOf(ctx));
            answer(ctx, Json.object().put("id", registered.id()));
        });
        routes.get("/subjects/{subject}/versions/{version}", ctx -> answer(ctx, full(version(ctx))));
        routes.get(
                "/subjects/{subject}/versions/{version}/schema",
                ctx -> raw(ctx, version(ctx).schema().toString()));
        routes.get("/subjects/{subject}/versions/{version}/referencedby", ctx -> {
            version(ctx);
            answer(ctx, numbers(List.of()));
        });
        routes.delete("/subjects/{subject}/versions/{version}", ctx -> {
            softOnly(ctx);
            raw(ctx, Integer.toString(subjects.delete(ctx.pathParam("subject"), ctx.pathParam("version"))));
        });
    }

    private void schemas(RoutesConfig routes) {
        routes.get("/schemas/types", ctx -> answer(ctx, strings(List.of("AVRO"))));
        routes.get("/schemas/ids/{id}", ctx -> {
            ObjectNode body =
                    Json.object().put("schema", subjects.schema(id(ctx)).toString());
            if (flag(ctx, "fetchMaxId")) {
                body.put("maxId", subjects.maxId());
            }
            answer(ctx, body);
        });
        routes.get(
                "/schemas/ids/{id}/schema",
                ctx -> raw(ctx, subjects.schema(id(ctx)).toString()));
        routes.get("/schemas/ids/{id}/versions", ctx -> {
            ArrayNode uses = Json.array();
            for (Version use : subjects.uses(id(ctx), flag(ctx, "deleted"))) {
                uses.addObject().put("subject", use.subject()).put("version", use.version());
            }
            answer(ctx, uses);
        });
        routes.get(
                "/schemas/ids/{id}/subjects",
                ctx -> answer(
                        ctx,
                        strings(subjects.uses(id(ctx), flag(ctx, "deleted")).stream()
                                .map(Version::subject)
                                .distinct()
                                .toList())));
    }

    private void compatibility(RoutesConfig routes) {
        routes.post("/compatibility/subjects/{subject}/versions", ctx -> compatible(ctx, null));
        routes.post(
                "/compatibility/subjects/{subject}/versions/{version}",
                ctx -> compatible(ctx, ctx.pathParam("version")));
    }

    private void compatible(Context ctx, @Nullable String version) {
        List<String> violations = subjects.violations(ctx.pathParam("subject"), version, schemaOf(ctx));
        ObjectNode body = Json.object().put("is_compatible", violations.isEmpty());
        if (flag(ctx, "verbose")) {
            body.set("messages", strings(violations));
        }
        answer(ctx, body);
    }

    private void config(RoutesConfig routes) {
        routes.get("/config", ctx -> answer(ctx, level("compatibilityLevel", subjects.globalLevel())));
        routes.put("/config", ctx -> setLevel(ctx, null));
        routes.delete("/config", ctx -> {
            CompatibilityLevel before = subjects.globalLevel();
            subjects.setLevel(null, null);
            answer(ctx, level("compatibilityLevel", before));
        });
        routes.get(
                "/config/{subject}",
                ctx -> answer(
                        ctx,
                        level(
                                "compatibilityLevel",
                                subjects.level(ctx.pathParam("subject"), flag(ctx, "defaultToGlobal")))));
        routes.put("/config/{subject}", ctx -> setLevel(ctx, ctx.pathParam("subject")));
        routes.delete("/config/{subject}", ctx -> {
            CompatibilityLevel before = subjects.level(ctx.pathParam("subject"), false);
            subjects.setLevel(ctx.pathParam("subject"), null);
            answer(ctx, level("compatibilityLevel", before));
        });
    }

    private void setLevel(Context ctx, @Nullable String subject) {
        CompatibilityLevel level = parseLevel(body(ctx).path("compatibility").asText());
        subjects.setLevel(subject, level);
        answer(ctx, level("compatibility", level));
    }

    private static CompatibilityLevel parseLevel(String name) {
        try {
            return CompatibilityLevel.parse(name);
        } catch (IllegalArgumentException e) {
            throw RegistryError.invalidLevel(String.valueOf(e.getMessage()));
        }
    }

    private void mode(RoutesConfig routes) {
        routes.get("/mode", ctx -> answer(ctx, Json.object().put("mode", READ_WRITE)));
        routes.get("/mode/{subject}", ctx -> {
            if (!flag(ctx, "defaultToGlobal")) {
                throw RegistryError.noSubjectMode(ctx.pathParam("subject"));
            }
            answer(ctx, Json.object().put("mode", READ_WRITE));
        });
        routes.put("/mode", this::setMode);
        routes.put("/mode/{subject}", this::setMode);
    }

    private void setMode(Context ctx) {
        String mode = body(ctx).path("mode").asText();
        if (!mode.equals(READ_WRITE)) {
            throw RegistryError.notSupported(
                    "The embedded registry is always in mode " + READ_WRITE + "; it was asked for '" + mode + "'.");
        }
        answer(ctx, Json.object().put("mode", READ_WRITE));
    }

    private Version version(Context ctx) {
        return subjects.version(ctx.pathParam("subject"), ctx.pathParam("version"), flag(ctx, "deleted"));
    }

    private static String schemaOf(Context ctx) {
        JsonNode body = body(ctx);
        String type = body.path("schemaType").asText("AVRO");
        if (!type.equals("AVRO") && !body.path("schemaType").isNull()) {
            throw RegistryError.invalidSchema("the embedded registry holds AVRO schemas only, not " + type);
        }
        if (!body.path("references").isEmpty()) {
            throw RegistryError.invalidSchema("the embedded registry does not support references between schemas; send"
                    + " one self-contained schema");
        }
        if (body.path("id").asInt(-1) > 0) {
            throw RegistryError.notSupported("Ids are given by the registry; it has no import mode.");
        }
        return body.path("schema").asText("");
    }

    private static JsonNode body(Context ctx) {
        try {
            return Json.read(ctx.body());
        } catch (IllegalArgumentException e) {
            throw RegistryError.unreadableBody(String.valueOf(e.getMessage()));
        }
    }

    private static void softOnly(Context ctx) {
        if (flag(ctx, "permanent")) {
            throw RegistryError.notSupported("The embedded registry marks schemas deleted but keeps them, since records"
                    + " may still name their ids; leave out permanent=true.");
        }
    }

    private static int id(Context ctx) {
        String id = ctx.pathParam("id");
        if (!id.matches("[0-9]{1,9}")) {
            throw RegistryError.schemaNotFound(id);
        }
        return Integer.parseInt(id);
    }

    private static ObjectNode full(Version version) {
        return Json.object()
                .put("subject", version.subject())
                .put("version", version.version())
                .put("id", version.id())
                .put("schema", version.schema().toString());
    }

    private static ObjectNode level(String field, CompatibilityLevel level) {
        return Json.object().put(field, level.name());
    }

    private static ArrayNode strings(List<String> values) {
        ArrayNode array = Json.array();
        values.forEach(array::add);
        return array;
    }

    private static ArrayNode numbers(List<Integer> values) {
        ArrayNode array = Json.array();
        values.forEach(array::add);
        return array;
    }

    private static boolean flag(Context ctx, String name) {
        return Boolean.parseBoolean(query(ctx, name, "false"));
    }

    private static String query(Context ctx, String name, String fallback) {
        String value = ctx.queryParam(name);
        return value == null ? fallback : value;
    }

    private static void answer(Context ctx, JsonNode body) {
        raw(ctx, Json.write(body));
    }

    private static void raw(Context ctx, String body) {
        ctx.contentType(CONTENT_TYPE).result(body);
    }

    private static void fail(Context ctx, int status, int code, Exception error) {
        ctx.attribute("answered", true);
        ctx.status(status);
        String message = error.getMessage() == null ? error.toString() : error.getMessage();
        answer(ctx, Json.object().put("error_code", code).put("message", message));
    }
}
