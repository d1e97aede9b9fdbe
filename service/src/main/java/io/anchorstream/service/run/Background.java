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
    private final ExecutorService threads;

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

    private void letNewItemsPass(Duration worked) {
        try {
            courtesy.yieldAfter(worked, closing);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closing
        }
    }

    /** Waits for what is under way; what waits is dropped. */
    @Override
    public void close() {
        closing.countDown();
        threads.shutdownNow().forEach(dropped -> LOG.debug("dropped: {}", dropped));
        try {
            if (!threads.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("{} did not end within {} s", name, PATIENCE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
