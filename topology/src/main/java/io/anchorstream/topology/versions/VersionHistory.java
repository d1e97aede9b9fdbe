package io.anchorstream.topology.versions;

import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.VersionState;

/**
 * The state machine of model versions: folds the events of {@code model.versions}, in log order, into what is true now.
 * Illegal moves are refused with the rule they break, so no reader ever sees them.
 *
 * <p>The version in service is the promoted one with the highest generation. Not thread-safe.
 */
public final class VersionHistory {
    private final TreeMap<Long, ModelVersion> versions = new TreeMap<>();
    private long generation = -1;
    private long commandOffset;

    /** Takes an event in, or says why it is not a legal one and changes nothing. */
    public Optional<String> apply(ModelVersion event) {
        Optional<String> refusal = refusal(event);
        if (refusal.isEmpty()) {
            versions.put(event.getVersion(), event);
            generation = Math.max(generation, event.getGeneration());
            commandOffset = Math.max(commandOffset, event.getCommandOffset());
        }
        return refusal;
    }

    /** Why the event would be refused, or empty when it is legal. */
    public Optional<String> refusal(ModelVersion event) {
        long version = event.getVersion();
        VersionState next = event.getState();
        if (next == VersionState.UNKNOWN) {
            return Optional.of("version " + version + ": its state is newer than this program; upgrade to read it");
        }
        ModelVersion known = versions.get(version);
        if (known != null) {
            if (!moves(known.getState()).contains(next)) {
                return Optional.of("version " + version + " is " + known.getState() + " and cannot become " + next);
            }
            if (!known.getWeightsDigest().equals(event.getWeightsDigest())) {
                return Optional.of("version " + version + " is immutable: its weights are " + known.getWeightsDigest()
                        + ", the event names " + event.getWeightsDigest());
            }
        }
        if (next == VersionState.PROMOTED) {
            boolean same = known != null
                    && known.getState() == VersionState.PROMOTED
                    && known.getGeneration() == event.getGeneration();
            if (!same && event.getGeneration() <= generation) {
                return Optional.of("version " + version + " cannot be promoted as generation " + event.getGeneration()
                        + ": generation " + generation + " was opened before, and generations only grow");
            }
            if (event.getGeneration() < 0) {
                return Optional.of("version " + version + " is PROMOTED without a generation");
            }
        }
        return Optional.empty();
    }

    /** The last event of a version. */
    public Optional<ModelVersion> version(long version) {
        return Optional.ofNullable(versions.get(version));
    }

    /** The last events, by version. */
    public Collection<ModelVersion> versions() {
        return Collections.unmodifiableCollection(versions.values());
    }

    /** The last event of the version in service. */
    public Optional<ModelVersion> serving() {
        return promoted().max(Comparator.comparingLong(ModelVersion::getGeneration));
    }

    /** The last event of the version that was in service before the present one and may be returned to. */
    public Optional<ModelVersion> beforeServing() {
        return serving().flatMap(now -> promoted()
                .filter(event -> event.getVersion() != now.getVersion())
                .max(Comparator.comparingLong(ModelVersion::getGeneration)));
    }

    /**
     * Versions whose weights nobody needs any more: not version 0, not the one in service, its parent or the one before
     * it, and not among the newest.
     */
    public List<ModelVersion> retirable(int keepNewest) {
        Set<Long> keep = new HashSet<>();
        keep.add(0L);
        serving().ifPresent(event -> {
            keep.add(event.getVersion());
            keep.add(event.getParent());
        });
        beforeServing().ifPresent(event -> keep.add(event.getVersion()));
        versions.descendingKeySet().stream().limit(keepNewest).forEach(keep::add);
        return versions.values().stream()
                .filter(event -> event.getState() != VersionState.RETIRED)
                .filter(event -> !keep.contains(event.getVersion()))
                .toList();
    }

    /** The version that training grew last, whatever became of it. */
    public Optional<ModelVersion> newest() {
        return versions.isEmpty()
                ? Optional.empty()
                : Optional.of(versions.lastEntry().getValue());
    }

    public long nextVersion() {
        return versions.isEmpty() ? 0 : versions.lastKey() + 1;
    }

    public long nextGeneration() {
        return generation + 1;
    }

    /** Whether the version in service stays until an UNPIN. */
    public boolean pinned() {
        return serving().map(ModelVersion::getPinned).orElse(false);
    }

    /** Whether training waits for a RESUME. */
    public boolean paused() {
        return serving().map(ModelVersion::getPaused).orElse(false);
    }

    /** Next offset of {@code model.commands}. */
    public long commandOffset() {
        return commandOffset;
    }

    private Stream<ModelVersion> promoted() {
        return versions.values().stream().filter(event -> event.getState() == VersionState.PROMOTED);
    }

    private static Set<VersionState> moves(VersionState from) {
        return switch (from) {
            case TRAINED ->
                EnumSet.of(VersionState.TRAINED, VersionState.PROMOTED, VersionState.REJECTED, VersionState.RETIRED);
            case REJECTED -> EnumSet.of(VersionState.REJECTED, VersionState.PROMOTED, VersionState.RETIRED);
            case PROMOTED -> EnumSet.of(VersionState.PROMOTED, VersionState.ROLLED_BACK, VersionState.RETIRED);
            case ROLLED_BACK -> EnumSet.of(VersionState.ROLLED_BACK, VersionState.PROMOTED, VersionState.RETIRED);
            case RETIRED, UNKNOWN -> EnumSet.of(VersionState.RETIRED);
        };
    }
}
