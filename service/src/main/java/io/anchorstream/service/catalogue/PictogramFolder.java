package io.anchorstream.service.catalogue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;

import com.fasterxml.jackson.databind.json.JsonMapper;

/**
 * The pictograms as a catalogue folder on disk: {@code products.jsonl}, {@code images/} and {@code pictograms.json}
 * with the licences. Drawing runs in the background in stream order, so that the first items are there at once; what is
 * already drawn is never drawn again, and a complete folder opens without touching the sets.
 */
public final class PictogramFolder implements AutoCloseable {
    /** Changes whenever the same options would give another catalogue. */
    private static final int LAYOUT = 1;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path folder;
    private final List<CatalogueEntry> entries;
    private final List<SetLicence> licences;
    private final Map<String, CompletableFuture<Path>> drawings = new HashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    private PictogramFolder(Path folder, List<CatalogueEntry> entries, List<SetLicence> licences) {
        this.folder = folder;
        this.entries = entries;
        this.licences = licences;
    }

    /**
     * Opens the folder and begins to draw what is missing.
     *
     * @param progress called with the number of pictures drawn so far, from a drawing thread
     */
    public static PictogramFolder open(Path folder, Pictograms.Options options, int threads, IntConsumer progress)
            throws IOException {
        Path summaryFile = folder.resolve("pictograms.json");
        if (Files.exists(summaryFile)) {
            Summary found = JSON.readValue(summaryFile.toFile(), Summary.class);
            if (found.complete() && found.isOf(options)) {
                return new PictogramFolder(folder, new CatalogueFolder(folder).entries(), found.licences());
            }
            if (found.size() != options.size() || found.layout() != LAYOUT) {
                throw new IOException(folder + " holds pictograms of " + found.size() + " px, layout " + found.layout()
                        + ", not " + options.size() + " px, layout " + LAYOUT + "; remove it or choose another folder");
            }
        }
        Files.createDirectories(folder);
        Pictograms plan = Pictograms.plan(options);
        new CatalogueFolder(folder).write(plan.entries());
        write(summaryFile, Summary.of(options, plan.licences(), false));
        PictogramFolder opened = new PictogramFolder(folder, plan.entries(), plan.licences());
        plan.entries().forEach(entry -> opened.drawings.put(entry.id(), new CompletableFuture<>()));
        Thread drawing = new Thread(() -> opened.drawAll(plan, options, summaryFile, threads, progress), "pictograms");
        drawing.setDaemon(true);
        drawing.start();
        return opened;
    }

    /** In the order in which they are streamed. */
    public List<CatalogueEntry> entries() {
        return entries;
    }

    public List<SetLicence> licences() {
        return licences;
    }

    /** The folder itself, in catalogue folder format once everything is drawn. */
    public Path folder() {
        return folder;
    }

    /** The encoded picture of an entry; waits until it is drawn. */
    public byte[] image(CatalogueEntry entry) throws IOException, InterruptedException {
        CompletableFuture<Path> drawing = drawings.get(entry.id());
        if (drawing == null) {
            return Files.readAllBytes(file(entry));
        }
        try {
            return Files.readAllBytes(drawing.get());
        } catch (ExecutionException e) {
            throw new IOException("cannot draw " + entry.id(), e.getCause());
        }
    }

    /** Waits until everything is drawn. */
    public void await() throws InterruptedException, IOException {
        for (CatalogueEntry entry : entries) {
            image(entry);
        }
    }

    /** Stops drawing; what is drawn stays. */
    @Override
    public void close() {
        closed.set(true);
    }

    private void drawAll(
            Pictograms plan, Pictograms.Options options, Path summaryFile, int threads, IntConsumer progress) {
        ExecutorService pool = Executors.newFixedThreadPool(threads, work -> {
            Thread thread = new Thread(work, "pictograms-draw");
            thread.setDaemon(true);
            return thread;
        });
        try {
            SvgPainter painter = new SvgPainter(options.size());
            Map<String, String> documents = documents(plan);
            for (CatalogueEntry entry : entries) {
                String document = documents.remove(entry.id());
                pool.execute(() -> draw(entry, Optional.ofNullable(document), painter));
            }
            int drawn = 0;
            for (CatalogueEntry entry : entries) {
                Objects.requireNonNull(drawings.get(entry.id())).join();
                progress.accept(++drawn);
            }
            write(summaryFile, Summary.of(options, licences, true));
        } catch (IOException | RuntimeException e) {
            drawings.values().forEach(drawing -> drawing.completeExceptionally(e));
        } finally {
            pool.shutdownNow();
        }
    }

    private void draw(CatalogueEntry entry, Optional<String> document, SvgPainter painter) {
        CompletableFuture<Path> drawing = Objects.requireNonNull(drawings.get(entry.id()));
        try {
            if (closed.get()) {
                throw new CancellationException("the pictograms were closed before " + entry.id() + " was drawn");
            }
            Path file = file(entry);
            if (document.isPresent()) {
                Files.createDirectories(file.getParent());
                Path part = file.resolveSibling(file.getFileName() + ".part");
                Files.write(part, painter.paint(document.get()));
                Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            }
            drawing.complete(file);
        } catch (IOException | RuntimeException e) {
            drawing.completeExceptionally(e);
        }
    }

    /** The SVG documents of all pictures that are not on disk yet; about 90 MB, each let go once drawn. */
    private Map<String, String> documents(Pictograms plan) {
        Map<IconSet, Map<String, String>> wanted = new LinkedHashMap<>();
        for (CatalogueEntry entry : plan.entries()) {
            Pictograms.Drawing drawing = Objects.requireNonNull(plan.sources().get(entry.id()));
            if (!Files.exists(file(entry))) {
                wanted.computeIfAbsent(drawing.set(), set -> new HashMap<>()).put(drawing.name(), entry.id());
            }
        }
        Map<String, String> documents = new ConcurrentHashMap<>();
        wanted.entrySet().parallelStream()
                .forEach(set -> IconBodies.stream(
                        set.getKey(),
                        set.getValue()::containsKey,
                        (name, document) -> documents.put(
                                Objects.requireNonNull(set.getValue().get(name)), document)));
        return documents;
    }

    /** Whole or not at all: the next start may come at any moment. */
    private static void write(Path file, Summary summary) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        JSON.writeValue(part.toFile(), summary);
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private Path file(CatalogueEntry entry) {
        return folder.resolve(entry.image().orElseThrow());
    }

    /** What the folder holds. */
    record Summary(int layout, int items, long seed, int size, boolean complete, List<SetLicence> licences) {
        static Summary of(Pictograms.Options options, List<SetLicence> licences, boolean complete) {
            return new Summary(LAYOUT, options.items(), options.seed(), options.size(), complete, licences);
        }

        boolean isOf(Pictograms.Options options) {
            return layout == LAYOUT && items == options.items() && seed == options.seed() && size == options.size();
        }
    }
}
