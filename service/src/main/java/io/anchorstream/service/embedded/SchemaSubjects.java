package io.anchorstream.service.embedded;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

import io.anchorstream.schemas.registry.CompatibilityLevel;
import io.anchorstream.service.embedded.SchemaState.Version;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The registry's rules, apart from HTTP and Kafka: what may be registered, under which id and version. A change is
 * first appended to the log, then applied, so that what a client was told survives a crash. Thread-safe.
 */
final class SchemaSubjects {

    private final SchemaState state;
    private final Consumer<SchemaRecord> log;

    /**
     * @param state as rebuilt from the log
     * @param log returns once the record is stored, throws when it is not
     */
    SchemaSubjects(SchemaState state, Consumer<SchemaRecord> log) {
        this.state = state;
        this.log = log;
    }

    /** Finds the schema under the subject or makes it the next version. */
    synchronized Version register(String subject, String text) {
        Schema schema = parse(text);
        Optional<Version> known = find(subject, schema, false);
        if (known.isPresent()) {
            return known.get();
        }
        List<String> violations = state.effectiveLevel(subject).violations(schema, schemas(subject));
        if (!violations.isEmpty()) {
            throw RegistryError.incompatible(
                    subject, violations + "; compatibility level " + state.effectiveLevel(subject));
        }
        int id = state.idOf(schema).orElse(state.maxId() + 1);
        int version = state.nextVersion(subject);
        write(new SchemaRecord.SchemaVersion(subject, version, id, schema.toString(), false));
        return new Version(subject, version, id, schema, false);
    }

    /** The version of the subject that has exactly this schema. */
    synchronized Version lookup(String subject, String text, boolean deletedToo) {
        if (state.versions(subject, deletedToo).isEmpty()) {
            throw RegistryError.subjectNotFound(subject);
        }
        return find(subject, parse(text), deletedToo)
                .orElseThrow(() -> RegistryError.schemaNotFound("under subject '" + subject + "'"));
    }

    synchronized List<String> subjects(boolean deletedToo) {
        return state.subjects(deletedToo);
    }

    /** Never empty. */
    synchronized List<Version> versions(String subject, boolean deletedToo) {
        List<Version> versions = state.versions(subject, deletedToo);
        if (versions.isEmpty()) {
            throw RegistryError.subjectNotFound(subject);
        }
        return versions;
    }

    /**
     * @param wanted a number, {@code latest} or {@code -1}
     */
    synchronized Version version(String subject, String wanted, boolean deletedToo) {
        int number = number(wanted);
        List<Version> versions = versions(subject, deletedToo);
        if (number == LATEST) {
            return versions.get(versions.size() - 1);
        }
        return versions.stream()
                .filter(version -> version.version() == number)
                .findFirst()
                .orElseThrow(() -> RegistryError.versionNotFound(wanted));
    }

    synchronized Schema schema(int id) {
        return state.schema(id).orElseThrow(() -> RegistryError.schemaNotFound(Integer.toString(id)));
    }

    synchronized int maxId() {
        return state.maxId();
    }

    /** Never empty for an id that was given out, deleted uses included. */
    synchronized List<Version> uses(int id, boolean deletedToo) {
        Schema known = schema(id);
        List<Version> uses = state.uses(id, deletedToo);
        if (uses.isEmpty()) {
            throw RegistryError.schemaNotFound(id + " (" + known.getFullName() + ")");
        }
        return uses;
    }

    /** Why the schema could not follow: against one version, or under the subject's level when wanted is null. */
    synchronized List<String> violations(String subject, @Nullable String wanted, String text) {
        Schema schema = parse(text);
        CompatibilityLevel level = state.effectiveLevel(subject);
        if (wanted == null) {
            return level.violations(schema, schemas(subject));
        }
        return level.violations(schema, List.of(version(subject, wanted, false).schema()));
    }

    synchronized CompatibilityLevel globalLevel() {
        return state.globalLevel();
    }

    /**
     * @param orGlobal answer the global level where the subject has none, instead of refusing
     */
    synchronized CompatibilityLevel level(String subject, boolean orGlobal) {
        CompatibilityLevel own = state.ownLevel(subject);
        if (own != null) {
            return own;
        }
        if (orGlobal) {
            return state.globalLevel();
        }
        throw RegistryError.noSubjectLevel(subject);
    }

    /** Of all subjects when subject is null; back to the default when level is null. */
    synchronized void setLevel(@Nullable String subject, @Nullable CompatibilityLevel level) {
        write(new SchemaRecord.Level(subject, level));
    }

    /** Marks all versions deleted; their ids stay readable. Returns the versions that this call deleted. */
    synchronized List<Integer> delete(String subject) {
        List<Version> live = state.versions(subject, false);
        if (live.isEmpty()) {
            throw state.everExisted(subject)
                    ? RegistryError.subjectAlreadyDeleted(subject)
                    : RegistryError.subjectNotFound(subject);
        }
        write(new SchemaRecord.SubjectDeleted(subject, live.get(live.size() - 1).version()));
        return live.stream().map(Version::version).toList();
    }

    /** Marks one version deleted; its id stays readable. */
    synchronized int delete(String subject, String wanted) {
        Version version = version(subject, wanted, number(wanted) != LATEST);
        if (version.deleted()) {
            throw RegistryError.versionAlreadyDeleted(subject, version.version());
        }
        write(new SchemaRecord.SchemaVersion(
                subject, version.version(), version.id(), version.schema().toString(), true));
        return version.version();
    }

    private static final int LATEST = -1;

    private static int number(String wanted) {
        if (wanted.equals("latest") || wanted.equals("-1")) {
            return LATEST;
        }
        if (!wanted.matches("[1-9][0-9]{0,8}")) {
            throw RegistryError.invalidVersion(wanted);
        }
        return Integer.parseInt(wanted);
    }

    private void write(SchemaRecord record) {
        log.accept(record);
        state.apply(record);
    }

    private List<Schema> schemas(String subject) {
        return state.versions(subject, false).stream().map(Version::schema).toList();
    }

    private Optional<Version> find(String subject, Schema schema, boolean deletedToo) {
        String text = schema.toString();
        return state.versions(subject, deletedToo).stream()
                .filter(version -> version.schema().toString().equals(text))
                .findFirst();
    }

    private static Schema parse(String text) {
        if (text.isBlank()) {
            throw RegistryError.invalidSchema("it is empty");
        }
        try {
            return new Schema.Parser().parse(text);
        } catch (AvroRuntimeException e) {
            throw RegistryError.invalidSchema(e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }
}
