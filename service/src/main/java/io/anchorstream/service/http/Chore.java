package io.anchorstream.service.http;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that is done bit by bit for as long as the page is up, on a thread of its own and of the lowest priority. A bit
 * that fails is tried again, and logged the first time in a row.
 */
final class Chore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Chore.class);
    private static final long PATIENCE_SECONDS = 5;

    private final String name;
    private final Runnable bit;
    private final ScheduledExecutorService thread;
    private boolean failing;

    private Chore(String name, Runnable bit) {
        this.name = name;
        this.bit = bit;
        this.thread = Executors.newSingleThreadScheduledExecutor(this::thread);
    }

    /**
     * Begins after the first pause.
     *
     * @param name of the thread, and in messages
     * @param pause after each bit
     */
    static Chore start(String name, Duration pause, Runnable bit) {
        Chore chore = new Chore(name, bit);
        ScheduledFuture<?> work = chore.thread.scheduleWithFixedDelay(
                chore::attempt, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
        LOG.debug("{} begins in {} ms", name, work.getDelay(TimeUnit.MILLISECONDS));
        return chore;
    }

    @SuppressWarnings("ThreadPriorityCheck") // nothing depends on it: searches and new items merely go before
    private Thread thread(Runnable task) {
        Thread made = new Thread(task, name);
        made.setDaemon(true);
        made.setPriority(Thread.MIN_PRIORITY);
        return made;
    }

    private void attempt() {
        try {
            bit.run();
            failing = false;
        } catch (RuntimeException e) {
            if (!failing) {
                LOG.warn("{} failed; it is tried again, and told of again once it went well", name, e);
            }
            failing = true;
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("{} did not stop in time", name);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
