package io.anchorstream.service.index;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

import org.apache.lucene.store.LockObtainFailedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The indexes held at a time: the first generation (kept for comparison), the one in service, the one being filled, the
 * one replaced last (a rollback would return to it), and for a grace period those before. Reads from any thread; changes from the index role's thread only.
 */
public final class Generations implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Generations.class);
    private static final String PREFIX = "generation-";
    private static final String DROPPED = "dropped-";
    private static final String SERVING = "generation.serving";
    private static final String REPLACED = "generation.replaced";
    private static final String LOST = "generation.lost";

    private final Path folder;
    private final ItemStore notes;
    private final Clock clock;
    private final Duration grace;
    private final ConcurrentSkipListMap<Long, VectorIndex> indexes = new ConcurrentSkipListMap<>();
    private volatile long serving;
    private long replaced;
    private volatile Instant swappedAt = Instant.MIN;
    private boolean lost;

    public Generations(Path folder, ItemStore notes, Clock clock, Duration grace) {
        this.folder = folder;
        this.notes = notes;
        this.clock = clock;
        this.grace = grace;
        this.serving = notes.note(SERVING).map(Long::parseLong).orElse(-1L);
        this.replaced = notes.note(REPLACED).map(Long::parseLong).orElse(-1L);
        try {
            this.lost = notes.note(LOST).filter("true"::equals).isPresent();
            Files.createDirectories(folder);
            List<Path> present;
            try (Stream<Path> found = Files.list(folder)) {
                present = found.sorted().toList();
            }
            for (Path path : present) {
                String name = path.getFileName().toString();
                if (name.startsWith(DROPPED)) {
                    delete(path);
                } else if (name.startsWith(PREFIX)) {
                    open(path, Long.parseLong(name.substring(PREFIX.length())));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "can't open the indexes in " + folder
                            + "; deleting the folder is safe: they are rebuilt from the topics",
                    e);
        }
    }

    private void open(Path path, long generation) throws IOException {
        try {
            indexes.put(generation, VectorIndex.open(path, generation));
        } catch (LockObtainFailedException e) {
            throw e; // another instance is at work on it, so it is anything but broken
        } catch (IOException | RuntimeException e) {
            LOG.warn("the index {} is not whole, as after a crash: it is dropped and rebuilt from the topic", path, e);
            if (generation >= serving) {
                lost = true;
                notes.note(LOST, "true"); // before the folder goes: a crash in between must not forget it
            }
            discard(path, generation);
        }
    }

    /** True while the vectors have to be read from the beginning of their topic again. */
    public boolean needsReplay() {
        return lost;
    }

    /** Told once the positions that the new reading has come to are kept. */
    public void replayNoted() {
        if (lost) {
            lost = false;
            notes.note(LOST, "false");
        }
    }

    /**
     * The index of a generation, made if there is none.
     *
     * @throws MixedVectorsException if it holds another model version or dimension
     */
    public VectorIndex at(long generation, long modelVersion, int dimension) {
        VectorIndex index = indexes.computeIfAbsent(generation, number -> create(number, modelVersion, dimension));
        if (index.modelVersion() != modelVersion || index.dimension() != dimension) {
            throw new MixedVectorsException("generation " + generation + " holds vectors of model version "
                    + index.modelVersion() + " and dimension " + index.dimension() + ", not of version "
                    + modelVersion + " and dimension " + dimension);
        }
        return index;
    }

    private VectorIndex create(long generation, long modelVersion, int dimension) {
        try {
            return VectorIndex.create(folder.resolve(PREFIX + generation), generation, modelVersion, dimension);
        } catch (IOException e) {
            throw new UncheckedIOException("can't make the index of generation " + generation, e);
        }
    }

    public Optional<VectorIndex> find(long generation) {
        return Optional.ofNullable(indexes.get(generation));
    }

    /** The oldest generation held: what the pictures looked like to the untrained network. */
    public Optional<VectorIndex> first() {
        return Optional.ofNullable(indexes.firstEntry()).map(entry -> entry.getValue());
    }

    /** The generation in service; until one is complete, the oldest, so that items are searchable from the start. */
    public Optional<VectorIndex> serving() {
        VectorIndex index = indexes.get(serving);
        return index != null ? Optional.of(index) : first();
    }

    /** Number of the generation in service, -1 until one is complete. */
    public long servingGeneration() {
        return serving;
    }

    public Iterable<VectorIndex> all() {
        return indexes.values();
    }

    /** Puts a generation in service. The one before stays for the grace period, so that running queries finish. */
    public void serve(long generation) {
        replaced = serving;
        notes.note(REPLACED, Long.toString(replaced));
        serving = generation;
        swappedAt = clock.instant();
        notes.note(SERVING, Long.toString(generation));
    }

    /** The newest index held that the version fills, of a generation before {@code below}. */
    public Optional<VectorIndex> heldOf(long modelVersion, long below) {
        return indexes.headMap(below, false).descendingMap().values().stream()
                .filter(index -> index.modelVersion() == modelVersion)
                .findFirst();
    }

    /** Drops what is older than the generation in service once the grace period is over; two stay, see above. */
    public void dropReplaced() {
        if (indexes.isEmpty()
                || clock.instant().isBefore(swappedAt.equals(Instant.MIN) ? swappedAt : swappedAt.plus(grace))) {
            return;
        }
        long first = indexes.firstKey();
        for (long generation : indexes.headMap(serving, false).keySet()) {
            if (generation != first && generation != replaced) {
                drop(generation);
            }
        }
    }

    private void drop(long generation) {
        VectorIndex index = indexes.remove(generation);
        if (index == null) {
            return;
        }
        index.close();
        Path path = folder.resolve(PREFIX + generation);
        try {
            discard(path, generation);
        } catch (IOException e) {
            LOG.warn("can't delete the replaced index {}; delete it by hand, nothing reads it", path, e);
        }
    }

    /** Renames first, in one step, so that a crash leaves no half-deleted folder under a name that is opened. */
    private void discard(Path path, long generation) throws IOException {
        Path dropped = folder.resolve(DROPPED + generation);
        delete(dropped);
        Files.move(path, dropped);
        delete(dropped);
    }

    private static void delete(Path path) throws IOException {
        if (Files.notExists(path)) {
            return;
        }
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Override
    public void close() {
        indexes.values().forEach(VectorIndex::close);
        indexes.clear();
    }
}
