package io.anchorstream.service.backtest;

import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** One line with a bar and the time that is left, measured in pictures learned from. */
final class BacktestProgress {
    private static final int WIDTH = 24;

    private final Consumer<String> line;
    private final LongSupplier nanos;
    private final long total;
    private final long began;
    private long done;

    /** @param total pictures that all runs together will learn from or embed */
    BacktestProgress(Consumer<String> line, LongSupplier nanos, long total) {
        this.line = line;
        this.nanos = nanos;
        this.total = Math.max(1, total);
        this.began = nanos.getAsLong();
    }

    void add(long images, String what) {
        done += images;
        double share = Math.min(1, (double) done / total);
        int filled = (int) (share * WIDTH);
        double elapsed = (nanos.getAsLong() - began) / 1e9;
        line.accept(String.format(
                Locale.ROOT,
                "[%s%s] %3.0f %%  %s left  %s",
                "#".repeat(filled),
                "-".repeat(WIDTH - filled),
                100 * share,
                share > 0 ? time(elapsed / share - elapsed) : "?",
                what));
    }

    static String time(double seconds) {
        Duration left = Duration.ofSeconds(Math.round(Math.max(0, seconds)));
        return left.toHours() > 0
                ? left.toHours() + " h " + left.toMinutesPart() + " min"
                : left.toMinutes() > 0
                        ? left.toMinutes() + " min " + left.toSecondsPart() + " s"
                        : left.toSeconds() + " s";
    }
}
