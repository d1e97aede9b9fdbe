package io.anchorstream.service.index;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/** How long new items took from their append to a visible embedding, over the last measurements. Thread-safe. */
public final class Freshness {
    private static final int WINDOW = 2_000;

    private final long[] millis = new long[WINDOW];
    private long count;

    public synchronized void record(long elapsedMillis) {
        millis[(int) (count++ % WINDOW)] = Math.max(0, elapsedMillis);
    }

    public synchronized Quantiles quantiles() {
        int held = (int) Math.min(count, WINDOW);
        if (held == 0) {
            return new Quantiles(0, null, null);
        }
        long[] sorted = Arrays.copyOf(millis, held);
        Arrays.sort(sorted);
        return new Quantiles(count, at(sorted, 0.50), at(sorted, 0.99));
    }

    private static long at(long[] sorted, double quantile) {
        return sorted[Math.min(sorted.length - 1, (int) Math.ceil(quantile * sorted.length) - 1)];
    }

    /**
     * @param count measurements in all
     * @param p50Millis median over the window, null = none yet
     * @param p99Millis 99 per cent quantile over the window, null = none yet
     */
    public record Quantiles(
            long count, @Nullable Long p50Millis, @Nullable Long p99Millis) {}
}
