package io.anchorstream.service.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.anchorstream.service.catalogue.CatalogueEntry;
import io.anchorstream.service.catalogue.PictogramFolder;
import io.anchorstream.service.ingest.ItemWriter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams the drawn catalogue onto the topic: the test groups at full speed, since they are what versions are scored on,
 * then the rest at a pace that can be watched. Remembers how far it came, so that a restart goes on from there.
 */
public final class DemoFeed implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DemoFeed.class);
    private static final long NOTE_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LOOK_MILLIS = 100;
    private static final int PACED_LEAD = 300;
    private static final int LEAD = 3_000;

    private final PictogramFolder catalogue;
    private final ItemWriter writer;
    private final double rate;
    private final LongSupplier done;
    private final Path noteFile;
    private final int asked;
    private final Thread thread = new Thread(this::run, "demo-feed");
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final int sentBefore;
    private volatile int sent;
    private volatile @Nullable Exception failure;

    /**
     * @param rate items a second after the test groups; infinite = as fast as it goes
     * @param done items that the pipeline has labelled; the feed waits while it is too far ahead of it, so that on a slow
     *     or busy machine items do not pile up unseen
     * @param asked about how many items the catalogue was to have
     * @param noteFile remembers how many items were sent
     */
    public DemoFeed(
            PictogramFolder catalogue, ItemWriter writer, double rate, LongSupplier done, int asked, Path noteFile)
            throws IOException {
        this.catalogue = catalogue;
        this.writer = writer;
        this.rate = rate;
        this.done = done;
        FeedNote note = FeedNote.read(noteFile);
        this.noteFile = noteFile;
        this.asked = Math.max(asked, note.asked());
        this.sentBefore = note.position(asked);
        this.sent = sentBefore;
    }

    public DemoFeed start() {
        thread.start();
        return this;
    }

    /** Items on the topic so far, those of earlier runs included. */
    public int sent() {
        return sent;
    }

    /** Whether earlier runs sent everything, so that this one has nothing to do. */
    public boolean wasDone() {
        return sentBefore >= total();
    }

    public int total() {
        // An earlier run may have sent more than this one was asked for.
        return Math.max(catalogue.entries().size(), sentBefore);
    }

    /** Why it stopped early, or empty. */
    public Optional<Exception> failure() {
        return Optional.ofNullable(failure);
    }

    private void run() {
        try {
            send();
        } catch (InterruptedException e) {
            LOG.debug("the demo's feed was interrupted", e);
        } catch (IOException | RuntimeException e) {
            LOG.error("the demo's feed stopped after {} of {} items", sent, total(), e);
            failure = e;
        }
    }

    private void send() throws IOException, InterruptedException {
        List<CatalogueEntry> entries = catalogue.entries();
        long noted = System.nanoTime();
        long due = System.nanoTime();
        for (int i = sent; i < entries.size(); i++) {
            CatalogueEntry entry = entries.get(i);
            byte[] image = catalogue.image(entry);
            long now = System.nanoTime();
            boolean paced = !entry.test() && Double.isFinite(rate);
            // Time lost waiting for a picture is not made up for in a burst.
            due = paced ? Math.max(due + (long) (1e9 / rate), now) : now;
            if (stopping.await(due - now, TimeUnit.NANOSECONDS) || !awaitRoom(i, paced ? PACED_LEAD : LEAD)) {
                break;
            }
            writer.write(entry, Optional.of(image));
            sent = i + 1;
            if (now - noted > NOTE_EVERY_NANOS) {
                note();
                noted = now;
            }
        }
        note();
    }

    /** False once the feed is asked to stop. */
    private boolean awaitRoom(int at, int lead) throws InterruptedException {
        while (at - done.getAsLong() > lead) {
            if (stopping.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                return false;
            }
        }
        return true;
    }

    private void note() throws IOException {
        writer.flush();
        new FeedNote(sent, asked).write(noteFile);
    }

    @Override
    public void close() {
        stopping.countDown();
        try {
            // Only as a last resort: an interrupted producer loses what it was about to send.
            thread.join(TimeUnit.SECONDS.toMillis(3));
            thread.interrupt();
            thread.join(TimeUnit.SECONDS.toMillis(7));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        writer.close();
    }
}
