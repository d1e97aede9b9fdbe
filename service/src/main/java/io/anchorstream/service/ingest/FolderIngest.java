package io.anchorstream.service.ingest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.service.catalogue.CatalogueEntry;
import io.anchorstream.service.catalogue.CatalogueFolder;
import io.anchorstream.service.catalogue.CatalogueLine;

/**
 * Puts a catalogue folder onto the topic. The item's own id is its key, so that doing it again after an interruption
 * changes nothing but the items that changed.
 */
public final class FolderIngest {
    /** What an item may weigh, picture and text together: the topic's limit less room for headers. */
    static final long LARGEST_ITEM = Topics.MAX_ITEM_BYTES - 64 * 1024L;

    private static final int NAMED = 5;

    private final CatalogueFolder catalogue;
    private final Path folder;
    private final ItemWriter writer;

    public FolderIngest(Path folder, ItemWriter writer) {
        this.folder = folder;
        this.catalogue = new CatalogueFolder(folder);
        this.writer = writer;
    }

    /** Told of every line, on the calling thread. */
    public interface Listener {
        /** A line was sent; {@code sent} so far. */
        void sent(long sent);

        /** A line was left out. */
        void refused(long line, String reason);
    }

    /**
     * How it went.
     *
     * @param wordless lines of items that were sent without any text, the first {@value #NAMED}
     * @param withoutText how many there were: they get vectors and are never trained on
     */
    public record Outcome(long sent, long refused, long imageBytes, long withoutText, List<Long> wordless) {}

    /** Sends every usable line and waits for the last acknowledgement. */
    public Outcome run(Listener listener) throws IOException {
        long sent = 0;
        long refused = 0;
        long imageBytes = 0;
        long withoutText = 0;
        List<Long> wordless = new ArrayList<>();
        try (Stream<CatalogueLine> lines = catalogue.lines()) {
            for (CatalogueLine line : (Iterable<CatalogueLine>) lines::iterator) {
                try {
                    CatalogueEntry entry = entry(line);
                    Optional<byte[]> image = image(entry);
                    writer.write(entry, image);
                    imageBytes += image.map(bytes -> bytes.length).orElse(0);
                    listener.sent(++sent);
                    if (!hasText(entry)) {
                        withoutText++;
                        if (wordless.size() < NAMED) {
                            wordless.add(line.number());
                        }
                    }
                } catch (RefusedLineException e) {
                    refused++;
                    listener.refused(line.number(), e.reason);
                }
            }
        }
        writer.flush();
        return new Outcome(sent, refused, imageBytes, withoutText, List.copyOf(wordless));
    }

    private static boolean hasText(CatalogueEntry entry) {
        return !entry.title().isBlank()
                || !entry.description().isBlank()
                || !entry.keywords().isEmpty();
    }

    private static CatalogueEntry entry(CatalogueLine line) throws RefusedLineException {
        if (line instanceof CatalogueLine.Refused refused) {
            throw new RefusedLineException(refused.reason());
        }
        CatalogueEntry entry = ((CatalogueLine.Read) line).entry();
        requireFits(entry, 0);
        return entry;
    }

    private static void requireFits(CatalogueEntry entry, long imageBytes) throws RefusedLineException {
        long text = ItemWriter.bytesWithoutImage(entry);
        if (text + imageBytes > LARGEST_ITEM) {
            throw new RefusedLineException("item " + entry.id() + " has a picture of " + imageBytes
                    + " bytes and " + text + " bytes of text, more than the " + LARGEST_ITEM
                    + " that fit on the topic; scale the picture down or shorten the text");
        }
    }

    private Optional<byte[]> image(CatalogueEntry entry) throws IOException, RefusedLineException {
        if (entry.image().isEmpty() || ItemWriter.isUrl(entry.image().get())) {
            return Optional.empty();
        }
        Path file = resolve(entry, entry.image().get());
        if (!Files.isRegularFile(file)) {
            throw new RefusedLineException("no picture " + entry.image().get() + " in " + folder);
        }
        // The size is asked before a byte is read: what cannot travel must not be loaded either.
        requireFits(entry, Files.size(file));
        return Optional.of(Files.readAllBytes(file));
    }

    private Path resolve(CatalogueEntry entry, String image) throws RefusedLineException {
        Path root = folder.toAbsolutePath().normalize();
        try {
            Path file = root.resolve(image).normalize();
            if (file.startsWith(root)) {
                return file;
            }
        } catch (InvalidPathException e) {
            throw new RefusedLineException("the picture of " + entry.id() + " is not a path: " + e.getReason());
        }
        throw new RefusedLineException("the picture " + image + " of " + entry.id() + " lies outside the folder");
    }

    /** Why a line is left out. */
    private static final class RefusedLineException extends Exception {
        private static final long serialVersionUID = 1L;

        final String reason;

        RefusedLineException(String reason) {
            super(reason);
            this.reason = reason;
        }
    }
}
