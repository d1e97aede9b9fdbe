package io.anchorstream.topology.versions;

import io.anchorstream.avro.ModelVersion;
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

    /** SHA-256 of a version's weights before they were turned onto the space in service: what training can repeat. */
    public static String learnedDigest(ModelVersion event) {
        return event.getLearnedDigest().isEmpty() ? event.getWeightsDigest() : event.getLearnedDigest();
    }

    /** The version's state told again, not as the answer to a command. */
    public static ModelVersion restate(ModelVersion event, long now) {
        ModelVersion copy = copy(event, new ModelVersion());
        copy.setCommand("");
        copy.setAnswer("");
        copy.setRefused(false);
        copy.setTimestamp(now);
        return copy;
    }
}
