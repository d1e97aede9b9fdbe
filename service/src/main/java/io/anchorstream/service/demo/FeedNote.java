package io.anchorstream.service.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Optional;

/**
 * How far the demo's catalogue was streamed, as it stands on disk.
 *
 * @param sent items of the catalogue that was asked for, counted in its order
 * @param asked about how many items that catalogue was to have, 0 = not known
 */
record FeedNote(int sent, int asked) {
    /** Nothing sent where there is no such file. */
    static FeedNote read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return new FeedNote(0, 0);
        }
        String[] words = Files.readString(file).strip().split(" ", -1);
        return new FeedNote(Integer.parseInt(words[0]), words.length > 1 ? Integer.parseInt(words[1]) : 0);
    }

    /** Whole or not at all. */
    void write(Path file) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.writeString(part, sent + " " + asked);
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Where to go on. Catalogues of two sizes share items but not their order, each has its test groups first: another
     * one begins anew, and what is there already is written again as it is.
     */
    int position(int askedNow) {
        return asked == askedNow ? sent : 0;
    }

    /** That another catalogue is asked for now than was streamed before; empty where the same goes on. */
    Optional<String> change(int askedNow) {
        if (sent == 0 || asked == askedNow) {
            return Optional.empty();
        }
        String now = String.format(
                Locale.ROOT, "about %,d are streamed now from the beginning, and what is there stays", askedNow);
        return Optional.of(
                asked == 0
                        ? "an earlier version did not note its --items; " + now
                        : String.format(
                                Locale.ROOT,
                                "earlier runs streamed %,d items of --items %d; %s (--items %d goes on with those)",
                                sent,
                                asked,
                                now,
                                asked));
    }
}
