package io.anchorstream.schemas.topics;

/** Which side of the service a topic is on, and hence how its schema may evolve. */
public enum Direction {
    /** Written by users. The service reads everything ever written, so new schemas read all old data. */
    INPUT("BACKWARD_TRANSITIVE"),
    /** Read by users. Old readers read new data and new readers read old data. */
    OUTPUT("FULL_TRANSITIVE"),
    /** Between roles. Roles are upgraded one by one, in any order, so both directions hold here too. */
    INTERNAL("FULL_TRANSITIVE");

    private final String compatibility;

    Direction(String compatibility) {
        this.compatibility = compatibility;
    }

    /** The registry's compatibility level for subjects of this direction. */
    public String compatibility() {
        return compatibility;
    }
}
