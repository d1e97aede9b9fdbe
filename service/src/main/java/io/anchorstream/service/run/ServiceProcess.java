package io.anchorstream.service.run;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this process has started, in order. Stops everything in the reverse order exactly once, whether asked to by a
 * signal, by a failed role or by its owner. Safe for use by several threads.
 */
public final class ServiceProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceProcess.class);
    private static final Duration LOOK = Duration.ofMillis(500);

    private final Deque<Part> parts = new ArrayDeque<>();
    private final List<RunningRole> roles = new ArrayList<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final AtomicBoolean closing = new AtomicBoolean();

    private record Part(String name, AutoCloseable closeable) {}

    /**
     * Registers something to stop; the last registered stops first.
     *
     * @throws StoppedException if everything was stopped meanwhile; the part is closed then
     */
    public <T extends AutoCloseable> T own(String name, T part) {
        register(new Part(name, part), Optional.empty());
        return part;
    }

    /** Registers a role to watch and to stop, as above. */
    public <T extends RunningRole> T own(T role) {
        register(new Part(role.name() + " role", role), Optional.of(role));
        return role;
    }

    private void register(Part part, Optional<RunningRole> role) {
        synchronized (this) {
            if (!closing.get()) {
                role.ifPresent(roles::add);
                parts.push(part);
                return;
            }
        }
        close(part);
        throw new StoppedException(part.name());
    }

    public synchronized List<RunningRole> roles() {
        return List.copyOf(roles);
    }

    /** Asks {@link #await} to return. */
    public void stop() {
        stopping.countDown();
    }

    /** True once somebody asked to stop. */
    public boolean isStopping() {
        return stopping.getCount() == 0;
    }

    /** Stops on SIGTERM and Ctrl-C; the JVM then exits with 143 or 130. */
    public ServiceProcess stopOnSignal() {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            stop();
                            close();
                        },
                        "shutdown"));
        return this;
    }

    /** Waits until somebody asks to stop or a role fails; returns the failed role. */
    public Optional<RunningRole> await() throws InterruptedException {
        Optional<RunningRole> failed = Optional.empty();
        while (failed.isEmpty() && !awaitStop(LOOK)) {
            failed = failedRole();
        }
        return failed;
    }

    /** Waits for at most so long; true once somebody asked to stop. */
    public boolean awaitStop(Duration timeout) throws InterruptedException {
        return stopping.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A role that stopped by itself, if there is one. */
    public Optional<RunningRole> failedRole() {
        return roles().stream().filter(role -> role.failure().isPresent()).findFirst();
    }

    /** Stops everything, the last started first; a second caller waits for the first. */
    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            awaitStopped();
            return;
        }
        stop();
        long began = System.nanoTime();
        for (Optional<Part> part = next(); part.isPresent(); part = next()) {
            close(part.get());
        }
        LOG.info("stopped in {} ms", (System.nanoTime() - began) / 1_000_000);
        stopped.countDown();
    }

    private static void close(Part part) {
        try {
            part.closeable().close();
        } catch (Exception e) {
            LOG.warn("stopping the {} failed: {}", part.name(), e, e);
        }
    }

    private synchronized Optional<Part> next() {
        return Optional.ofNullable(parts.poll());
    }

    private void awaitStopped() {
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
