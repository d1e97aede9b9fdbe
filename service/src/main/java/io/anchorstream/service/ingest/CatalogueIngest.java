package io.anchorstream.service.ingest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

import io.anchorstream.model.image.PictureMagic;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.service.catalogue.CatalogueEntry;
import io.anchorstream.service.catalogue.CatalogueLine;
import io.anchorstream.service.catalogue.CatalogueSource;
import io.anchorstream.service.catalogue.FieldNames;
import io.anchorstream.service.fetch.FetchException;

/**
 * Puts a catalogue onto the topic, in its order. The item's own id is its key, so that doing it again after an
 * interruption changes nothing but the items that changed. Pictures on the web are fetched some lines ahead.
 */
public final class CatalogueIngest {
    /** What an item may weigh, picture and text together: the topic's limit less room for headers. */
    static final long LARGEST_ITEM = Topics.MAX_ITEM_BYTES - 64 * 1024L;

    private static final int AHEAD = 64;
    private static final long AHEAD_BYTES = 64L << 20;
    private static final long MARK_NANOS = Duration.ofSeconds(5).toNanos();
    private static final int NAMED = 5;

    private final CatalogueSource source;
    private final ItemSink sink;
    private final Web web;
    private final Optional<IngestMark> mark;

    /**
     * @param mark is told how far things are; empty for a source that cannot be gone on with
     */
    public CatalogueIngest(CatalogueSource source, ItemSink sink, Web web, Optional<IngestMark> mark) {
        this.source = source;
        this.sink = sink;
        this.web = web;
        this.mark = mark;
    }

    /** What is done about pictures on the web. */
    public interface Web {
        /** Leaves them where they are: their addresses go onto the topic. */
        Web UNTOUCHED = address -> Optional.empty();

        /**
         * The picture, or empty where its address goes onto the topic as it is.
         *
         * @throws FetchException if that is no address to fetch from
         */
        Optional<CompletableFuture<byte[]>> fetch(String address) throws FetchException;
    }

    /** Told of every line, on the calling thread. */
    public interface Listener {
        /** A line was sent; {@code sent} so far. */
        void sent(long sent);

        /** A line was left out. */
        void refused(long line, String reason);

        /** A line's item goes onto the topic, where the label role makes a dead letter of it. */
        void unusable(long line, String reason);

        /** A field that means nothing here looks like one that does; said once of each, at its first line. */
        void misnamed(long line, String field, String known);
    }

    /**
     * How many there were of something.
     *
     * @param first where, of the first few
     */
    public record Named(long count, List<String> first) {
        public static final Named NONE = new Named(0, List.of());
    }

    /**
     * How it went.
     *
     * @param imageBytes of pictures sent
     * @param remote items whose picture was on the web
     * @param withoutText lines of items that were sent without any text: they get vectors and are never trained on
     * @param unusable lines of items that were sent and become dead letters, for their picture
     * @param repeated ids that came more than once: the last item of each counts
     * @param padded lines of items whose id begins or ends with a blank, which is part of it
     */
    public record Outcome(
            long sent,
            long refused,
            long imageBytes,
            long remote,
            Named withoutText,
            Named unusable,
            Named repeated,
            Named padded) {
        /** Of an ingest that had nothing left to send. */
        public static final Outcome NOTHING = new Outcome(0, 0, 0, 0, Named.NONE, Named.NONE, Named.NONE, Named.NONE);
    }

    /**
     * A line on its way, with its picture when that is fetched.
     *
     * @param reason why there is no entry
     */
    private record Pending(
            long line, Optional<CatalogueEntry> entry, String reason, Optional<CompletableFuture<byte[]>> fetched) {
        boolean isReady() {
            return fetched.map(CompletableFuture::isDone).orElse(true);
        }

        long heldBytes() {
            return fetched.filter(one -> one.isDone() && !one.isCompletedExceptionally())
                    .map(one -> (long) one.join().length)
                    .orElse(0L);
        }
    }

    /** The first few of many lines. */
    private static final class Lines {
        private final List<String> first = new ArrayList<>();
        private long count;

        void add(long line) {
            count++;
            if (first.size() < NAMED) {
                first.add(String.valueOf(line));
            }
        }

        Named named() {
            return new Named(count, List.copyOf(first));
        }
    }

    /** The counts of one run. */
    private static final class Tally {
        private long sent;
        private long refused;
        private long imageBytes;
        private long remote;
        private long lastLine;
        private long markedAt = System.nanoTime();
        private final Lines withoutText = new Lines();
        private final Lines unusable = new Lines();
        private final Lines padded = new Lines();
        private final SeenIds ids = new SeenIds();
        private final Set<String> fields = new HashSet<>();
    }

    /**
     * Sends every usable line and waits for the last acknowledgement.
     *
     * @param after lines up to this one are passed over, 0 = none
     */
    public Outcome run(long after, Listener listener) throws IOException {
        Tally tally = new Tally();
        long refusedBefore = mark.isPresent() && after > 0 ? mark.get().refused() : 0;
        Deque<Pending> pending = new ArrayDeque<>();
        try (Stream<CatalogueLine> lines = source.lines()) {
            for (CatalogueLine line : (Iterable<CatalogueLine>) lines::iterator) {
                if (line.number() <= after) {
                    continue;
                }
                try {
                    pending.add(begin(line));
                } catch (RefusedLineException e) {
                    // In its turn: what is marked as reached must have the lines before it counted.
                    pending.add(new Pending(line.number(), Optional.empty(), e.reason, Optional.empty()));
                }
                while (!pending.isEmpty() && (pending.element().isReady() || isFull(pending))) {
                    finish(pending.remove(), tally, refusedBefore, listener);
                }
            }
            while (!pending.isEmpty()) {
                finish(pending.remove(), tally, refusedBefore, listener);
            }
        } finally {
            pending.forEach(one -> one.fetched().ifPresent(fetch -> fetch.cancel(true)));
        }
        sink.flush();
        if (mark.isPresent() && (after > 0 || tally.sent > 0)) {
            mark.get().finished(Math.max(after, tally.lastLine), refusedBefore + tally.refused);
        }
        return new Outcome(
                tally.sent,
                tally.refused,
                tally.imageBytes,
                tally.remote,
                tally.withoutText.named(),
                tally.unusable.named(),
                tally.ids.repeated(),
                tally.padded.named());
    }

    private static boolean isFull(Deque<Pending> pending) {
        return pending.size() >= AHEAD
                || pending.stream().mapToLong(Pending::heldBytes).sum() > AHEAD_BYTES;
    }

    private Pending begin(CatalogueLine line) throws RefusedLineException {
        if (line instanceof CatalogueLine.Refused refused) {
            throw new RefusedLineException(refused.reason());
        }
        CatalogueEntry entry = ((CatalogueLine.Read) line).entry();
        requireFits(entry, 0);
        Optional<String> address = entry.image().filter(ItemWriter::isUrl);
        try {
            return new Pending(
                    line.number(),
                    Optional.of(entry),
                    "",
                    address.isEmpty() ? Optional.empty() : web.fetch(address.get()));
        } catch (FetchException e) {
            throw new RefusedLineException(pictureOf(entry, e));
        }
    }

    private void finish(Pending one, Tally tally, long refusedBefore, Listener listener) throws IOException {
        try {
            CatalogueEntry entry = one.entry().orElseThrow(() -> new RefusedLineException(one.reason()));
            Optional<byte[]> image = image(entry, one.fetched());
            sink.write(entry, image);
            tally.sent++;
            tally.imageBytes += image.map(bytes -> bytes.length).orElse(0);
            tally.remote += entry.image().filter(ItemWriter::isUrl).isPresent() ? 1 : 0;
            note(one.line(), entry, image, tally, listener);
            listener.sent(tally.sent);
        } catch (RefusedLineException e) {
            tally.refused++;
            listener.refused(one.line(), e.reason);
        }
        tally.lastLine = one.line();
        if (mark.isPresent() && System.nanoTime() - tally.markedAt > MARK_NANOS) {
            sink.flush();
            mark.get().reached(tally.lastLine, refusedBefore + tally.refused);
            tally.markedAt = System.nanoTime();
        }
    }

    private static void note(long line, CatalogueEntry entry, Optional<byte[]> image, Tally tally, Listener listener) {
        tally.ids.add(entry.id(), line);
        if (!entry.id().equals(entry.id().strip())) {
            tally.padded.add(line);
        }
        if (!hasText(entry)) {
            tally.withoutText.add(line);
        }
        pictureFault(entry, image).ifPresent(reason -> {
            tally.unusable.add(line);
            listener.unusable(line, reason);
        });
        for (String field : entry.attributes().keySet()) {
            FieldNames.meant(field)
                    .filter(known -> !FieldNames.isGiven(known, entry))
                    .filter(known -> tally.fields.add(field))
                    .ifPresent(known -> listener.misnamed(line, field, known));
        }
    }

    /** What the label role finds at the first look. */
    private static Optional<String> pictureFault(CatalogueEntry entry, Optional<byte[]> image) {
        if (image.isPresent()) {
            return PictureMagic.fault(image.get()).map(fault -> entry.image().orElse("") + ": " + fault);
        }
        return entry.image().filter(ItemWriter::isUrl).isPresent()
                ? Optional.empty()
                : Optional.of("item " + entry.id() + " names no \"image\"; every item needs a picture");
    }

    private Optional<byte[]> image(CatalogueEntry entry, Optional<CompletableFuture<byte[]>> fetched)
            throws IOException, RefusedLineException {
        if (fetched.isPresent()) {
            try {
                byte[] bytes = fetched.get().join();
                requireFits(entry, bytes.length);
                return Optional.of(bytes);
            } catch (CompletionException e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                if (cause instanceof Error error) {
                    throw error;
                }
                throw new RefusedLineException(pictureOf(entry, cause));
            }
        }
        if (entry.image().isEmpty() || ItemWriter.isUrl(entry.image().get())) {
            return Optional.empty();
        }
        Path file = resolve(entry, entry.image().get());
        if (!Files.isRegularFile(file)) {
            throw new RefusedLineException("no picture " + entry.image().get() + " beside " + source.name());
        }
        // The size is asked before a byte is read: what cannot travel must not be loaded either.
        requireFits(entry, Files.size(file));
        return Optional.of(Files.readAllBytes(file));
    }

    private static String pictureOf(CatalogueEntry entry, Throwable cause) {
        return "the picture of " + entry.id() + ": " + cause.getMessage();
    }

    private static boolean hasText(CatalogueEntry entry) {
        return !entry.title().isBlank()
                || !entry.description().isBlank()
                || !entry.keywords().isEmpty();
    }

    private static void requireFits(CatalogueEntry entry, long imageBytes) throws RefusedLineException {
        long text = ItemWriter.bytesWithoutImage(entry);
        if (text + imageBytes > LARGEST_ITEM) {
            throw new RefusedLineException("item " + entry.id() + " has a picture of " + imageBytes
                    + " bytes and " + text + " bytes of text, more than the " + LARGEST_ITEM
                    + " that fit on the topic; scale the picture down or shorten the text");
        }
    }

    private Path resolve(CatalogueEntry entry, String image) throws RefusedLineException {
        if (source.pictures().isEmpty()) {
            throw new RefusedLineException("the picture " + image + " of " + entry.id() + " is a relative path, and "
                    + source.name() + " has no folder; give an address");
        }
        Path root = source.pictures().get().toAbsolutePath().normalize();
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
