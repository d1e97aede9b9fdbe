package io.anchorstream.bench;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/** Keeps a stage that takes minutes from being silent: how long it has run, and how long it took the last time here. */
final class StageClock {
    private static final long EVERY_SECONDS = 10;

    private final Path notes;
    private final int items;
    private final Consumer<String> lines;
    private final Properties known = new Properties();

    /**
     * @param notes remembers the seconds of each stage between runs; a file that is gone or unreadable costs the estimate
     * @param items of this run; another number of items is another duration
     */
    StageClock(Path notes, int items, Consumer<String> lines) {
        this.notes = notes;
        this.items = items;
        this.lines = lines;
        if (Files.isRegularFile(notes)) {
            try (Reader reader = Files.newBufferedReader(notes)) {
                known.load(reader);
            } catch (IOException | IllegalArgumentException e) {
                lines.accept("no estimates: " + notes + " can't be read (" + e.getMessage() + ")");
            }
        }
    }

    /** Runs a stage on a thread of its own and speaks while it runs. */
    <T> T run(String stage, Callable<T> work) throws Exception {
        String key = (stage + "." + items).replace(' ', '-');
        String last = known.getProperty(key);
        lines.accept(stage + (last == null ? "" : ", about " + last + " s"));
        long began = System.nanoTime();
        ExecutorService thread = Executors.newSingleThreadExecutor(task -> new Thread(task, "bench-" + stage));
        try {
            Future<T> result = thread.submit(work);
            while (true) {
                try {
                    T value = result.get(EVERY_SECONDS, TimeUnit.SECONDS);
                    note(key, seconds(began));
                    return value;
                } catch (TimeoutException e) {
                    lines.accept("  " + sofar(seconds(began), last));
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        } finally {
            thread.shutdownNow();
        }
    }

    private static String sofar(long seconds, @Nullable String last) {
        if (last == null) {
            return seconds + " s so far";
        }
        long left = Long.parseLong(last) - seconds;
        return seconds + " s so far, " + (left > 0 ? "about " + left + " s to go" : "longer than the last time");
    }

    private static long seconds(long began) {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
    }

    private void note(String key, long seconds) throws IOException {
        known.setProperty(key, Long.toString(seconds));
        Files.createDirectories(notes.toAbsolutePath().getParent());
        try (Writer writer = Files.newBufferedWriter(notes)) {
            known.store(writer, "seconds of each stage by number of items, for the next run's estimates");
        }
    }
}
