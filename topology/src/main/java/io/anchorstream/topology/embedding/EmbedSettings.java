package io.anchorstream.topology.embedding;

import java.time.Duration;

/**
 * How embedding runs.
 *
 * @param partitions partitions of {@code catalog.images} and {@code catalog.labels}; completion waits for all of them
 * @param batchSize most items in one inference call
 * @param flushEvery how often waiting items are embedded; bounds their wait when there is little to do
 * @param slice longest stretch of inference on a stream thread
 * @param refreshPerSecond most items a partition re-embeds a second, 0 = as fast as it goes
 * @param reportEvery least time between two progress reports of a partition
 * @param sampleSize vectors behind the similarity quantiles of a generation
 * @param keepVectors whether each item's vectors of two versions are kept, for a return to the one before
 */
public record EmbedSettings(
        int partitions,
        int batchSize,
        Duration flushEvery,
        Duration slice,
        double refreshPerSecond,
        Duration reportEvery,
        int sampleSize,
        boolean keepVectors) {
    public EmbedSettings {
        if (partitions < 1 || batchSize < 1) {
            throw new IllegalArgumentException(
                    "partitions and batch size are at least 1, not " + partitions + " and " + batchSize);
        }
        if (flushEvery.toMillis() < 1 || slice.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "flush interval and slice are at least 1 ms, not " + flushEvery + " and " + slice);
        }
    }

    /** Flushes of 50 ms, slices of 100 ms, 32 items a call, no rate limit. */
    public static EmbedSettings defaults(int partitions) {
        return new EmbedSettings(
                partitions, 32, Duration.ofMillis(50), Duration.ofMillis(100), 0, Duration.ofSeconds(1), 64, true);
    }

    public EmbedSettings withRefreshPerSecond(double limit) {
        return new EmbedSettings(partitions, batchSize, flushEvery, slice, limit, reportEvery, sampleSize, keepVectors);
    }

    public EmbedSettings withKeptVectors(boolean keep) {
        return new EmbedSettings(
                partitions, batchSize, flushEvery, slice, refreshPerSecond, reportEvery, sampleSize, keep);
    }

    public EmbedSettings withBatchSize(int size) {
        return new EmbedSettings(
                partitions, size, flushEvery, slice, refreshPerSecond, reportEvery, sampleSize, keepVectors);
    }
}
