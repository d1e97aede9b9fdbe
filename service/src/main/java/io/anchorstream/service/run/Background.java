package io.anchorstream.service.run;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Threads for work that must not hold up new items, which go first where the system honours priorities. */
final class Background implements Executor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Background.class);
    private static final long PATIENCE_SECONDS = 10;

    private final String name;
    private final ExecutorService threads;

    @SuppressWarnings("ThreadPriorityCheck") // correct without
    Background(String name, int count) {
        this.name = name;
        this.threads = Executors.newFixedThreadPool(count, work -> {
            Thread thread = new Thread(work, "anchorstream-" + name);
            thread.setPriority(Thread.MIN_PRIORITY);
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public void execute(Runnable work) {
        threads.execute(work);
    }

    /** Waits for what is under way; what waits is dropped. */
    @Override
    public void close() {
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
