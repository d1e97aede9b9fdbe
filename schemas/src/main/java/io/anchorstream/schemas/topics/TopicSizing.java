package io.anchorstream.schemas.topics;

import java.time.Duration;

/**
 * How large the topics of one deployment are. Partition counts of items and samplers are fixed for the life of the
 * topics: state is partitioned by them.
 *
 * @param items partitions of catalog.items, and so of images, labels and embeddings; caps the label and embed instances
 * @param samplers partitions by block behind clustering and batching; more samplers, smaller class buffers each
 * @param batchRetention how long training.batches are kept; a trainer that was away longer loses the rest
 * @param batchRetentionBytes upper bound for training.batches on disk, -1 for none
 * @param stepRetention how long the measurements of training steps are kept; the learning curve begins there
 * @param commandRetention how long operators' commands are kept
 * @param deadLetterRetention how long refused records are kept
 */
public record TopicSizing(
        int items,
        int samplers,
        Duration batchRetention,
        long batchRetentionBytes,
        Duration stepRetention,
        Duration commandRetention,
        Duration deadLetterRetention) {

    public TopicSizing {
        if (items < 1 || samplers < 1) {
            throw new IllegalArgumentException(
                    "Partition counts are at least 1; given items=" + items + ", samplers=" + samplers + ".");
        }
    }

    /** Four partitions each, a week of batches without a bound in bytes, 90 days of steps, a month of commands and dead letters. */
    public static TopicSizing defaults() {
        return of(4, 4);
    }

    /** The default retention with other partition counts. */
    public static TopicSizing of(int items, int samplers) {
        return new TopicSizing(
                items, samplers, Duration.ofDays(7), -1, Duration.ofDays(90), Duration.ofDays(30), Duration.ofDays(30));
    }

    /** The same with another bound for training.batches. */
    public TopicSizing withBatchRetention(Duration time, long bytes) {
        return new TopicSizing(items, samplers, time, bytes, stepRetention, commandRetention, deadLetterRetention);
    }
}
