package io.anchorstream.schemas.registry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.avro.Schema;

/** A registry inside this JVM, for tests: {@code mock://scope}. Accepts every schema; keeps nothing. */
public final class InMemorySchemaRegistry implements SchemaRegistry {

    /** Shared by design: serialisers that Kafka builds from configuration can only meet through a name. */
    private static final Map<String, InMemorySchemaRegistry> SCOPES = new ConcurrentHashMap<>();

    private final List<Schema> byId = new ArrayList<>();
    private final Map<Schema, Integer> ids = new HashMap<>();
    private final Map<String, List<Integer>> subjects = new HashMap<>();

    InMemorySchemaRegistry() {}

    /** The registry of a scope; the same name gives the same registry. */
    public static InMemorySchemaRegistry scope(String name) {
        return SCOPES.computeIfAbsent(name, scope -> new InMemorySchemaRegistry());
    }

    @Override
    public synchronized int register(String subject, Schema schema) {
        int id = ids.computeIfAbsent(schema, added -> {
            byId.add(added);
            return byId.size();
        });
        List<Integer> versions = subjects.computeIfAbsent(subject, name -> new ArrayList<>());
        if (!versions.contains(id)) {
            versions.add(id);
        }
        return id;
    }

    @Override
    public synchronized int lookup(String subject, Schema schema) {
        Integer id = ids.get(schema);
        if (id == null || !subjects.getOrDefault(subject, List.of()).contains(id)) {
            throw new RegistryException(
                    40403, "Schema " + schema.getFullName() + " is not registered under " + subject + ".");
        }
        return id;
    }

    @Override
    public synchronized Schema byId(int id) {
        if (id < 1 || id > byId.size()) {
            throw new RegistryException(40403, "The registry knows no schema with id " + id + ".");
        }
        return byId.get(id - 1);
    }

    @Override
    public synchronized RegisteredSchema latest(String subject) {
        List<Integer> versions = subjects.getOrDefault(subject, List.of());
        if (versions.isEmpty()) {
            throw new RegistryException(40401, "The registry knows no subject " + subject + ".");
        }
        int id = versions.get(versions.size() - 1);
        return new RegisteredSchema(subject, versions.size(), id, byId(id));
    }

    @Override
    public void setCompatibility(String subject, CompatibilityLevel level) {
        // Every schema is accepted here: a test that is about evolution wants the embedded registry.
    }
}
