package io.anchorstream.topology.versions;

import org.apache.avro.specific.SpecificRecord;

/**
 * Copies of events, to be changed and published. Avro's own copying builders load the classes of nested types by name,
 * which Avro's class filter refuses.
 */
public final class Events {
    private Events() {}

    /** Fills {@code target} with the fields of {@code source}; their values are shared. */
    public static <T extends SpecificRecord> T copy(T source, T target) {
        for (int i = 0; i < source.getSchema().getFields().size(); i++) {
            target.put(i, source.get(i));
        }
        return target;
    }
}
