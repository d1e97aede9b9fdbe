package io.anchorstream.service.run;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import io.anchorstream.topology.pacing.Courtesy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads for work that must not hold up new items: these go first where the system honours priorities, and each piece of
 * work is followed by a wait while they are late.
 */
final class Background implements Executor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Background.class);
    private static final long PATIENCE_SECONDS = 10;

    private final String name;
    private final Courtesy courtesy;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final long made = System.nanoTime();
    private final ExecutorService threads;
    private volatile long courteousUntil = Long.MAX_VALUE;

    @SuppressWarnings("ThreadPriorityCheck") // correct without
    Background(String name, int count, Courtesy courtesy) {
        this.name = name;
        this.courtesy = courtesy;
        this.threads = Executors.newFixedThreadPool(count, work -> {
            Thread thread = new Thread(work, "anchorstream-" + name);
            thread.setPriority(Thread.MIN_PRIORITY);
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public void execute(Runnable work) {
        threads.execute(() -> {
            long began = System.nanoTime();
            work.run();
            letNewItemsPass(Duration.ofNanos(System.nanoTime() - began));
        });
    }

    /**
     * From now on waits for new items for so long at most, until this is called again: somebody stands still for the
     * outcome and is missed if that takes for ever.
     */
    void courteousFor(Duration time) {
        courteousUntil = now() + time.toNanos();
    }

    private long now() {
        return System.nanoTime() - made; // sums of it do not overflow
    }

    private void letNewItemsPass(Duration worked) {
        if (now() >= courteousUntil) {
            return;
        }
        try {
            courtesy.yieldAfter(worked, closing);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closing
        }
    }

    /**
     * Takes nothing more and waits for a while for what it has, without courtesy. Nothing of that is dropped: whoever waits
     * for its outcome, such as a trainer for scores, would wait for ever.
     */
    @Override
    public void close() {
        closing.countDown();
        threads.shutdown();
        try {
            if (!threads.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("the {} threads are still at work after {} s", name, PATIENCE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
