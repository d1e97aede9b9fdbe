package io.anchorstream.schemas.topics;

import io.anchorstream.schemas.registry.CompatibilityLevel;

/** Which side of the service a topic is on, and hence how its schema may evolve. */
public enum Direction {
    /** Written by users. The service reads everything ever written, so new schemas read all old data. */
    INPUT(CompatibilityLevel.BACKWARD_TRANSITIVE),
    /** Read by users. Old readers read new data and new readers read old data. */
    OUTPUT(CompatibilityLevel.FULL_TRANSITIVE),
    /** Between roles. Roles are upgraded one by one, in any order, so both directions hold here too. */
    INTERNAL(CompatibilityLevel.FULL_TRANSITIVE);

    private final CompatibilityLevel compatibility;

    Direction(CompatibilityLevel compatibility) {
        this.compatibility = compatibility;
    }

    /** The registry's compatibility level for subjects of this direction. */
    public CompatibilityLevel compatibility() {
        return compatibility;
    }
}
