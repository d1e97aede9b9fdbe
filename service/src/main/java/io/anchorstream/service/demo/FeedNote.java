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
 * @param sent items on the topic
 * @param asked about how many items the catalogue was to have, 0 = not known
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
     * Where to go on. A larger catalogue has all items of a smaller one in another order, its test groups first: it begins
     * anew, and what is there already is written again as it is.
     */
    int position(int askedNow) {
        return grows(askedNow) ? 0 : sent;
    }

    /** That more is asked for now than what is there, and how to keep that as it is. */
    Optional<String> growth(int askedNow) {
        return grows(askedNow) && sent > 0
                ? Optional.of(String.format(
                        Locale.ROOT,
                        "%,d items of an earlier --items %d are there; about %,d are streamed now (--items %d keeps it as"
                                + " it is)",
                        sent,
                        asked,
                        askedNow,
                        asked))
                : Optional.empty();
    }

    private boolean grows(int askedNow) {
        return asked > 0 && askedNow > asked;
    }
}
