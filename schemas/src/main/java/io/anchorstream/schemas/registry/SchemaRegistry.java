package io.anchorstream.schemas.registry;

import org.apache.avro.Schema;

/**
 * What serialisation needs of a schema registry. Answers never change once given (ids are permanent), except
 * {@link #latest}. All methods throw {@link RegistryException} when the registry refuses and
 * {@link RegistryUnavailableException} when it cannot be reached.
 */
public sealed interface SchemaRegistry permits HttpSchemaRegistry, InMemorySchemaRegistry {

    /** Registers the schema under the subject, or finds it there; returns its id. */
    int register(String subject, Schema schema);

    /** The id of a schema that is already registered under the subject. */
    int lookup(String subject, Schema schema);

    /** The schema behind an id. */
    Schema byId(int id);

    /** The newest schema of a subject. */
    RegisteredSchema latest(String subject);

    /** Sets the compatibility level of a subject, which need not exist yet. */
    void setCompatibility(String subject, CompatibilityLevel level);

    /** Opens the registry that the configuration names; {@code mock://scope} stays inside this JVM. */
    static SchemaRegistry open(RegistryConfig config) {
        String mock = config.mockScope();
        return mock == null ? new HttpSchemaRegistry(config) : InMemorySchemaRegistry.scope(mock);
    }
}
