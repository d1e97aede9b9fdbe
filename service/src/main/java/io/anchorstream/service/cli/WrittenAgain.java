package io.anchorstream.service.cli;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import io.anchorstream.service.deadletter.DeadLetter;
import io.anchorstream.service.deadletter.NewerRecords;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import picocli.CommandLine.Option;

/** Says of which dead letters the item has been written again since, as far as that takes a moment or was asked for. */
final class WrittenAgain {
    /** Some tens of megabytes with the pictures in them, read in a second or two. */
    private static final long QUICKLY_READ = 2_000;

    @Option(
            names = "--replaced",
            description = "look whether items have been written again however much must be read for that: all records"
                    + " of the source topic behind the oldest letter shown (default: only up to "
                    + QUICKLY_READ + ")")
    private boolean always;

    private String unknown = "";

    /** The ids of the letters whose item has been written again; empty where that is not looked at. */
    Optional<Set<String>> among(List<DeadLetter> shown, NewerRecords newer) {
        try {
            long records = newer.toRead(shown);
            if (always || records <= QUICKLY_READ) {
                return Optional.of(newer.outdated(shown));
            }
            unknown = String.format(
                    Locale.ROOT,
                    "; whether their items have been written again since was not looked at: %,d records would have to"
                            + " be read, which --replaced does",
                    records);
        } catch (AuthorizationException | TimeoutException e) {
            unknown = "; whether their items have been written again since could not be looked at: " + e.getMessage();
        }
        return Optional.empty();
    }

    /** Why it was not looked at, to be appended; empty if it was. */
    String unknown() {
        return unknown;
    }
}
