package io.anchorstream.topology.versions;

import java.util.EnumSet;
import java.util.Set;

import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.VersionState;

/**
 * The life of a version and of the generations that it embeds: which state may follow which. The one place that says
 * so; {@link VersionHistory} and the embed role's declarations ask here before they publish, and again when they read.
 *
 * <pre>
 *   TRAINED ──► PROMOTED ──► ROLLED_BACK          generation:  OPENED ──► COMPLETE
 *      │           ▲  ▲           │                               │           │
 *      ▼           │  └───────────┘                               ▼           ▼
 *   REJECTED ──────┘            any but the one in service ──► RETIRED (no way back)
 * </pre>
 */
public final class VersionLife {
    private VersionLife() {}

    /** Whether a version in one state may be told to be in another; the same state again restates it. */
    public static boolean allows(VersionState from, VersionState to) {
        return after(from).contains(to);
    }

    private static Set<VersionState> after(VersionState from) {
        return switch (from) {
            case TRAINED ->
                EnumSet.of(VersionState.TRAINED, VersionState.PROMOTED, VersionState.REJECTED, VersionState.RETIRED);
            case REJECTED -> EnumSet.of(VersionState.REJECTED, VersionState.PROMOTED, VersionState.RETIRED);
            case PROMOTED -> EnumSet.of(VersionState.PROMOTED, VersionState.ROLLED_BACK, VersionState.RETIRED);
            case ROLLED_BACK -> EnumSet.of(VersionState.ROLLED_BACK, VersionState.PROMOTED, VersionState.RETIRED);
            case RETIRED, UNKNOWN -> EnumSet.of(VersionState.RETIRED);
        };
    }

    /** Whether a generation in one state may go over to another. Each state is declared once. */
    public static boolean allows(GenerationState from, GenerationState to) {
        return switch (from) {
            case OPENED -> to == GenerationState.COMPLETE || to == GenerationState.RETIRED;
            case COMPLETE -> to == GenerationState.RETIRED;
            case PROGRESS, RETIRED, UNKNOWN -> false;
        };
    }
}
