package io.anchorstream.service.index;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

import io.anchorstream.schemas.topics.Topics;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Until when the index folder knows the topics, kept in it. Compacted topics forget a deletion after a while
 * ({@link Topics#TOMBSTONES}): a folder that is older would keep deleted items for ever, so it is emptied before it is
 * opened, and rebuilt. Used by the index role's thread.
 */
final class CaughtUp {
    private static final Logger LOG = LoggerFactory.getLogger(CaughtUp.class);
    private static final String FILE = "caught-up";
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** A day less than deletions are seen: reading them takes its time. */
    static final Duration LONGEST = Topics.TOMBSTONES.minusDays(1);

    private final Path file;
    private final Clock clock;
    /** Up to when each partition was read; one that is not here, as far as all were in the beginning. */
    private final Map<TopicPartition, Instant> read = new HashMap<>();

    private Map<TopicPartition, Long> ends = Map.of();
    private Instant asked;
    private Instant known;
    private boolean missed;

    private CaughtUp(Path file, Instant known, Clock clock) {
        this.file = file;
        this.clock = clock;
        this.known = known;
        this.asked = known;
    }

    /** Empties the folder if it was away for too long. An empty one, and one of a build before this, is as of now. */
    static CaughtUp open(Path folder, Clock clock) {
        Path file = folder.resolve(FILE);
        Instant now = clock.instant();
        Instant known = read(file, now);
        if (!isTooLong(known, now)) {
            return new CaughtUp(file, known, clock);
        }
        LOG.warn(
                "the index in {} has not been caught up with the topics since {}, and deletions of more than {} days ago"
                        + " may be gone from them: it is rebuilt from the topics. Searches find what has been read again",
                folder,
                known,
                LONGEST.toDays());
        clear(folder, file);
        return new CaughtUp(file, now, clock);
    }

    private static Instant read(Path file, Instant otherwise) {
        try {
            return Instant.parse(Files.readString(file).strip());
        } catch (NoSuchFileException e) {
            return otherwise;
        } catch (IOException | DateTimeException e) {
            LOG.warn("{} can't be read, so the index's age is not known: it is rebuilt from the topics", file, e);
            return Instant.EPOCH;
        }
    }

    private static boolean isTooLong(Instant since, Instant now) {
        return since.plus(LONGEST).isBefore(now);
    }

    /** The note goes last: a crash in between must not make half a folder look young. */
    private static void clear(Path folder, Path note) {
        try {
            try (Stream<Path> tree = Files.walk(folder)) {
                for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                    if (!path.equals(folder) && !path.equals(note)) {
                        Files.delete(path);
                    }
                }
            }
            Files.deleteIfExists(note);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "can't empty the index folder " + folder
                            + ", which is too old to be gone on with; delete it by hand",
                    e);
        }
    }

    /**
     * Compares the positions with the ends of a look before, and asks for the ends of this one: whoever has come to an
     * end has seen all that was there when it was asked for, even where new records never stop.
     */
    void look(Consumer<?, ?> from) {
        Instant now = clock.instant();
        try {
            for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
                if (from.assignment().contains(end.getKey())
                        && from.position(end.getKey(), PATIENCE) >= end.getValue()) {
                    read.put(end.getKey(), asked);
                }
            }
            ends = Map.copyOf(from.endOffsets(from.assignment(), PATIENCE));
            asked = now;
        } catch (TimeoutException e) {
            LOG.debug("the ends of the topics can't be asked for: the index does not count as caught up", e);
        }
        if (missed) {
            return; // stays as old as it is, so that the next start rebuilds it
        }
        Instant before = known;
        known = from.assignment().stream()
                .map(partition -> read.getOrDefault(partition, before))
                .min(Comparator.naturalOrder())
                .orElse(before);
        if (isTooLong(known, now)) {
            missed = true;
            LOG.error(
                    "the index was not caught up with the topics from {} until now and may keep items that were deleted"
                            + " meanwhile: restart the program, which rebuilds it",
                    known);
        }
    }

    /** Keeps what the last look found; everything applied by then must be safe. */
    void note() {
        Path part = file.resolveSibling(FILE + ".part");
        try {
            Files.writeString(part, known + "\n");
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("can't write " + file, e);
        }
    }
}
