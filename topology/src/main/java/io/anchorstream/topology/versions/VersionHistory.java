package io.anchorstream.topology.versions;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.VersionState;

/**
 * Folds the events of {@code model.versions}, in log order, into what is true now. What {@link VersionLife} does not
 * allow is refused with the rule it breaks, so no reader ever sees it.
 *
 * <p>The version in service is the promoted one with the highest generation. It leaves service by another's promotion
 * and in no other way, so that from the first promotion on there is always exactly one. Not thread-safe.
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

    /**
     * Takes a record of {@code model.versions} in; a tombstone says that nothing is kept of a retired version any more.
     *
     * @return why it is not a legal one, as for events
     */
    public Optional<String> apply(String key, Optional<ModelVersion> value) {
        if (value.isPresent()) {
            return apply(value.get());
        }
        return versions.keySet().stream()
                .filter(version -> Long.toString(version).equals(key))
                .findFirst()
                .flatMap(this::forget);
    }

    /** Forgets a retired version, or says why not and changes nothing. */
    public Optional<String> forget(long version) {
        ModelVersion known = versions.get(version);
        if (known != null && known.getState() != VersionState.RETIRED) {
            return Optional.of("version " + version + " is " + known.getState() + " and cannot be forgotten");
        }
        versions.remove(version);
        return Optional.empty();
    }

    /**
     * Retired versions of which nothing need be known any more: all but the newest {@code keep}. The one that tells how
     * far commands were answered stays, or they would be carried out again.
     */
    public List<Long> forgettable(int keep) {
        return versions.descendingMap().values().stream()
                .filter(event -> event.getState() == VersionState.RETIRED)
                .skip(keep)
                .filter(event -> commandOffset == 0 || event.getCommandOffset() < commandOffset)
                .map(ModelVersion::getVersion)
                .toList();
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
            if (!VersionLife.allows(known.getState(), next)) {
                return Optional.of("version " + version + " is " + known.getState() + " and cannot become " + next);
            }
            if (next != VersionState.PROMOTED && isServing(version)) {
                return Optional.of("version " + version + " is in service and cannot become " + next
                        + ": promote another one first");
            }
            if (!known.getWeightsDigest().equals(event.getWeightsDigest())) {
                return Optional.of("version " + version + " is immutable: its weights are " + known.getWeightsDigest()
                        + ", the event names " + event.getWeightsDigest());
            }
        }
        if (next != VersionState.PROMOTED && event.getGeneration() >= 0) {
            return Optional.of("version " + version + " is " + next + " and opens no generation, the event names "
                    + event.getGeneration());
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

    private boolean isServing(long version) {
        return serving().filter(event -> event.getVersion() == version).isPresent();
    }

    /** The last event of the version that was in service before the present one and may be returned to. */
    public Optional<ModelVersion> beforeServing() {
        return serving().flatMap(now -> promoted()
                .filter(event -> event.getVersion() != now.getVersion())
                .max(Comparator.comparingLong(ModelVersion::getGeneration)));
    }

    /**
     * Versions whose weights nobody needs any more: not version 0, not the one in service, its parent or the one before
     * it, not the one that training goes on from, and not among the newest.
     */
    public List<ModelVersion> retirable(int keepNewest) {
        Set<Long> keep = new HashSet<>();
        keep.add(0L);
        serving().ifPresent(event -> {
            keep.add(event.getVersion());
            keep.add(event.getParent());
        });
        beforeServing().ifPresent(event -> keep.add(event.getVersion()));
        lineage().stream().limit(1).forEach(last -> keep.add(last.version().getVersion()));
        versions.descendingKeySet().stream().limit(keepNewest).forEach(keep::add);
        return versions.values().stream()
                .filter(event -> event.getState() != VersionState.RETIRED)
                .filter(event -> !keep.contains(event.getVersion()))
                .toList();
    }

    /**
     * A version that training may go on from.
     *
     * @param resumeOffsets where it then goes on in {@code training.batches}, by topic-partition; empty = where the
     *     version's own checkpoint says
     */
    public record Ancestor(ModelVersion version, Map<String, Long> resumeOffsets) {}

    /**
     * The versions that training grew through, the last one first: all but those that a rollback left behind. Training
     * goes on from the first.
     */
    public List<Ancestor> lineage() {
        List<Ancestor> lineage = new ArrayList<>();
        for (long number = nextVersion() - 1; number >= 0; ) {
            Optional<ModelVersion> returned = returnedToAfter(number);
            Optional<ModelVersion> version = returned.isPresent()
                    ? returned
                    : Optional.ofNullable(versions.floorEntry(number)).map(Map.Entry::getValue);
            if (version.isEmpty()) {
                break;
            }
            lineage.add(new Ancestor(
                    version.get(), returned.map(ModelVersion::getResumeOffsets).orElse(Map.of())));
            number = version.get().getVersion() - 1;
        }
        return lineage;
    }

    /** The version that the last rollback returned to while this one was the newest. */
    private Optional<ModelVersion> returnedToAfter(long newest) {
        return versions.values().stream()
                .filter(event -> event.getResumeAfter() == newest)
                .max(Comparator.comparingLong(ModelVersion::getCommandOffset));
    }

    /** Where training goes on in {@code training.batches}, by topic-partition. */
    public Map<String, Long> trainingPosition() {
        return lineage().stream()
                .findFirst()
                .map(last -> last.resumeOffsets().isEmpty() ? last.version().getOffsets() : last.resumeOffsets())
                .orElse(Map.of());
    }

    /** Versions whose checkpoints must stay: what training goes on from, the newest, and what a rollback leads to. */
    public Set<Long> checkpointsNeeded() {
        return Stream.concat(
                        lineage().stream().limit(2).map(Ancestor::version),
                        Stream.of(newest(), serving(), beforeServing()).flatMap(Optional::stream))
                .map(ModelVersion::getVersion)
                .collect(Collectors.toSet());
    }

    /** The version trained last, whatever became of it. */
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
}
