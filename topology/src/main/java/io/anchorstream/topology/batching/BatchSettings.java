package io.anchorstream.topology.batching;

import java.time.Duration;

/**
 * How mini-batches are drawn.
 *
 * @param labels P, labels in a batch; at least 2
 * @param itemsPerLabel K; at least 2, or a label would have no positive pair
 * @param gradientImagesPerItem images trained on per arriving item, its own first showing included: the training budget.
 *     A full batch leaves for every {@code P * K / gradientImagesPerItem} arrivals
 * @param nearLabels how many of the replayed labels are chosen near a fresh one in text space (hard negatives); the rest
 *     is drawn evenly
 * @param bufferPerLabel M, trained items kept per label for replay
 * @param quietFlush when nothing arrived for this long, waiting items leave in smaller batches; zero = never, and then
 *     batches are a function of the input alone
 * @param seed of all draws
 */
public record BatchSettings(
        int labels,
        int itemsPerLabel,
        int gradientImagesPerItem,
        int nearLabels,
        int bufferPerLabel,
        Duration quietFlush,
        long seed) {

    public BatchSettings {
        if (labels < 2) {
            throw new IllegalArgumentException("a batch needs at least 2 labels to have negatives, not " + labels);
        }
        if (itemsPerLabel < 2) {
            throw new IllegalArgumentException(
                    "a label needs at least 2 items in a batch to have positives, not " + itemsPerLabel);
        }
        if (gradientImagesPerItem < 1) {
            throw new IllegalArgumentException(
                    "each item is trained on at least once; gradientImagesPerItem cannot be " + gradientImagesPerItem);
        }
        if (nearLabels < 0 || nearLabels > labels) {
            throw new IllegalArgumentException("0 to " + labels + " labels can be near ones, not " + nearLabels);
        }
        if (bufferPerLabel < itemsPerLabel) {
            throw new IllegalArgumentException("a buffer of " + bufferPerLabel + " items cannot fill " + itemsPerLabel
                    + " items per label; make bufferPerLabel larger");
        }
        if (quietFlush.isNegative()) {
            throw new IllegalArgumentException("quietFlush is zero or more, not " + quietFlush);
        }
    }

    /** P 16 x K 4, 4 gradient images per item, no near labels, 32 items a label, flushed after 2 quiet seconds. */
    public static BatchSettings defaults() {
        return new BatchSettings(16, 4, 4, 0, 32, Duration.ofSeconds(2), 0);
    }

    /** Fresh items that a full batch takes. */
    int freshPerBatch() {
        return Math.max(1, (labels * itemsPerLabel + gradientImagesPerItem - 1) / gradientImagesPerItem);
    }
}
