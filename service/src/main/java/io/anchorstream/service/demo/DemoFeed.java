package io.anchorstream.service.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

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
    static final int LEAD = 3_000;

    private final PictogramFolder catalogue;
    private final ItemWriter writer;
    private final double rate;
    private final Backlog backlog;
    private final Path noteFile;
    private final int asked;
    private final Thread thread = new Thread(this::run, "demo-feed");
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final int sentBefore;
    private volatile int sent;
    /** What waited at the last look and what was sent since; only the feed's thread uses it. */
    private long ahead = Long.MAX_VALUE;

    private volatile @Nullable Exception failure;

    /** What waits for the pipeline. */
    interface Backlog {
        /** Records that the label role has not taken yet, whoever wrote them; asks the broker. */
        long records() throws ExecutionException, InterruptedException, TimeoutException;
    }

    /**
     * @param rate items a second after the test groups; infinite = as fast as it goes
     * @param backlog the feed waits while it is too long, so that on a slow or busy machine items do not pile up unseen
     * @param asked about how many items the catalogue was to have
     * @param noteFile remembers how many items of it were sent
     */
    DemoFeed(PictogramFolder catalogue, ItemWriter writer, double rate, Backlog backlog, int asked, Path noteFile)
            throws IOException {
        this.catalogue = catalogue;
        this.writer = writer;
        this.rate = rate;
        this.backlog = backlog;
        this.noteFile = noteFile;
        this.asked = asked;
        this.sentBefore = Math.min(FeedNote.read(noteFile).position(asked), total());
        this.sent = sentBefore;
    }

    public DemoFeed start() {
        thread.start();
        return this;
    }

    /**
     * How far it came in the catalogue's order: that many of its first items are on the topic, sent now or by earlier runs
     * that were asked for the same. Items of catalogues of other sizes may be there besides.
     */
    public int sent() {
        return sent;
    }

    /** Whether earlier runs sent everything, so that this one has nothing to do. */
    public boolean wasDone() {
        return sentBefore >= total();
    }

    public int total() {
        return catalogue.entries().size();
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
            if (stopping.await(due - now, TimeUnit.NANOSECONDS) || !awaitRoom(paced ? PACED_LEAD : LEAD)) {
                break;
            }
            writer.write(entry, Optional.of(image));
            sent = i + 1;
            ahead++;
            if (now - noted > NOTE_EVERY_NANOS) {
                note();
                noted = now;
            }
        }
        note();
    }

    /** False once the feed is asked to stop. */
    private boolean awaitRoom(int lead) throws InterruptedException {
        // Of the label role's lag, since an item that is sent again waits like a new one but adds no labelled item.
        while (ahead >= lead) {
            writer.flush();
            ahead = look();
            if (ahead >= lead && stopping.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                return false;
            }
        }
        return true;
    }

    private long look() throws InterruptedException {
        try {
            return backlog.records();
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("can't ask the broker how far the label role is; the feed asks again", e);
            return Long.MAX_VALUE;
        }
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
