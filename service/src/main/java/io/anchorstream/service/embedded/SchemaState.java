package io.anchorstream.service.embedded;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

import io.anchorstream.schemas.registry.CompatibilityLevel;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What the registry knows: a fold over the records of its topic, in order. Not thread-safe; the registry holds the lock.
 */
final class SchemaState {

    /** A version of a subject. */
    record Version(String subject, int version, int id, Schema schema, boolean deleted) {}

    private final NavigableMap<String, NavigableMap<Integer, Version>> subjects = new TreeMap<>();
    private final Map<String, Integer> idByText = new HashMap<>();
    private final NavigableMap<Integer, Schema> schemaById = new TreeMap<>();
    private final Map<String, CompatibilityLevel> levels = new HashMap<>();
    private CompatibilityLevel globalLevel = CompatibilityLevel.BACKWARD;

    void apply(SchemaRecord record) {
        if (record instanceof SchemaRecord.SchemaVersion added) {
            Schema schema = parse(added.schema());
            subjects.computeIfAbsent(added.subject(), name -> new TreeMap<>())
                    .put(
                            added.version(),
                            new Version(added.subject(), added.version(), added.id(), schema, added.deleted()));
            idByText.putIfAbsent(schema.toString(), added.id());
            schemaById.putIfAbsent(added.id(), schema);
        } else if (record instanceof SchemaRecord.SubjectDeleted gone) {
            versions(gone.subject(), true).stream()
                    .filter(version -> version.version() <= gone.version())
                    .forEach(version -> put(
                            new Version(version.subject(), version.version(), version.id(), version.schema(), true)));
        } else if (record instanceof SchemaRecord.Level set) {
            String subject = set.subject();
            if (subject == null) {
                globalLevel = set.level() == null ? CompatibilityLevel.BACKWARD : set.level();
            } else if (set.level() == null) {
                levels.remove(subject);
            } else {
                levels.put(subject, set.level());
            }
        }
    }

    /** Confluent's rule: one id per schema text, whatever the subject. */
    Optional<Integer> idOf(Schema schema) {
        return Optional.ofNullable(idByText.get(schema.toString()));
    }

    Optional<Schema> schema(int id) {
        return Optional.ofNullable(schemaById.get(id));
    }

    int maxId() {
        return schemaById.isEmpty() ? 0 : schemaById.lastKey();
    }

    int nextVersion(String subject) {
        NavigableMap<Integer, Version> versions = subjects.get(subject);
        return versions == null || versions.isEmpty() ? 1 : versions.lastKey() + 1;
    }

    List<String> subjects(boolean deletedToo) {
        return subjects.keySet().stream()
                .filter(subject -> !versions(subject, deletedToo).isEmpty())
                .toList();
    }

    boolean everExisted(String subject) {
        return subjects.containsKey(subject);
    }

    /** Oldest first; empty for an unknown subject. */
    List<Version> versions(String subject, boolean deletedToo) {
        NavigableMap<Integer, Version> versions = subjects.get(subject);
        return versions == null
                ? List.of()
                : versions.values().stream()
                        .filter(version -> deletedToo || !version.deleted())
                        .toList();
    }

    /** All uses of an id, by subject. */
    List<Version> uses(int id, boolean deletedToo) {
        List<Version> uses = new ArrayList<>();
        for (String subject : subjects.keySet()) {
            Stream<Version> all = versions(subject, deletedToo).stream();
            all.filter(version -> version.id() == id).forEach(uses::add);
        }
        return uses;
    }

    CompatibilityLevel globalLevel() {
        return globalLevel;
    }

    @Nullable
    CompatibilityLevel ownLevel(String subject) {
        return levels.get(subject);
    }

    CompatibilityLevel effectiveLevel(String subject) {
        return levels.getOrDefault(subject, globalLevel);
    }

    private void put(Version version) {
        subjects.computeIfAbsent(version.subject(), name -> new TreeMap<>()).put(version.version(), version);
    }

    private static Schema parse(String text) {
        return new Schema.Parser().parse(text);
    }
}
