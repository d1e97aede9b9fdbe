package io.anchorstream.topology.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

/**
 * What is done while training goes on, one piece at a time: writing a checkpoint and scoring a version. It ends in an act
 * on the trainer's own thread, between two steps, which is where everything is decided and committed. Owned by that
 * thread.
 */
final class SideWork {
    private final Executor executor;
    private @Nullable CompletableFuture<Runnable> underWay;

    SideWork(Executor executor) {
        this.executor = executor;
    }

    /** Something that takes time and says what is to be done with its outcome. */
    interface Work {
        Runnable run() throws IOException;
    }

    /** Begins a piece of work after the one before, which is finished first. */
    void begin(Work work) throws IOException {
        finish();
        underWay = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return work.run();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                executor);
    }

    boolean isUnderWay() {
        return underWay != null;
    }

    /** Acts on what is done; what is not goes on. */
    void finishIfDone() throws IOException {
        if (underWay != null && underWay.isDone()) {
            finish();
        }
    }

    /**
     * Waits for what is under way and acts on it.
     *
     * @throws IOException if the work did
     */
    void finish() throws IOException {
        CompletableFuture<Runnable> work = underWay;
        if (work == null) {
            return;
        }
        underWay = null;
        Runnable act;
        try {
            act = work.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof UncheckedIOException cause) {
                throw cause.getCause();
            }
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
        act.run();
    }

    /** Waits for what is under way and forgets it: nobody may take away what it works with meanwhile. */
    void abandon() {
        CompletableFuture<Runnable> work = underWay;
        underWay = null;
        if (work != null) {
            work.handle((act, failure) -> "over").join();
        }
    }
}
