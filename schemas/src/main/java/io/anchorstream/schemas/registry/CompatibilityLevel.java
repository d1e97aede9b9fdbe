package io.anchorstream.schemas.registry;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;

/** What a new schema of a subject must be able to do with the earlier ones; Confluent's names and meaning. */
public enum CompatibilityLevel {
    NONE(false, false, false),
    BACKWARD(true, false, false),
    BACKWARD_TRANSITIVE(true, false, true),
    FORWARD(false, true, false),
    FORWARD_TRANSITIVE(false, true, true),
    FULL(true, true, false),
    FULL_TRANSITIVE(true, true, true);

    private final boolean newReadsOld;
    private final boolean oldReadsNew;
    private final boolean transitive;

    CompatibilityLevel(boolean newReadsOld, boolean oldReadsNew, boolean transitive) {
        this.newReadsOld = newReadsOld;
        this.oldReadsNew = oldReadsNew;
        this.transitive = transitive;
    }

    /**
     * Reads a name in any case.
     *
     * @throws IllegalArgumentException that lists the names
     */
    public static CompatibilityLevel parse(String name) {
        try {
            return valueOf(name.strip().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "Invalid compatibility level '" + name + "'. Valid values are "
                            + Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", ")),
                    e);
        }
    }

    /**
     * Why the new schema breaks the level, empty when it doesn't.
     *
     * @param earlier the subject's schemas, oldest first
     */
    public List<String> violations(Schema added, List<Schema> earlier) {
        List<Schema> checked =
                transitive || earlier.isEmpty() ? earlier : earlier.subList(earlier.size() - 1, earlier.size());
        List<String> violations = new ArrayList<>();
        for (Schema old : checked) {
            if (newReadsOld) {
                collect("the new schema cannot read data of an earlier one: ", added, old, violations);
            }
            if (oldReadsNew) {
                collect("an earlier schema cannot read data of the new one: ", old, added, violations);
            }
        }
        return violations;
    }

    private static void collect(String prefix, Schema reader, Schema writer, List<String> violations) {
        var result = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer);
        if (result.getType() == SchemaCompatibilityType.COMPATIBLE) {
            return;
        }
        result.getResult()
                .getIncompatibilities()
                .forEach(found -> violations.add(
                        prefix + found.getType() + " at " + found.getLocation() + ": " + found.getMessage()));
    }
}
