package io.anchorstream.service.backtest;

import java.util.List;
import java.util.Map;

import io.anchorstream.model.training.TrainingBatch;

/**
 * What labelling and batching made of a stream; the same for every loss.
 *
 * @param batches in the order in which they left
 * @param labels of the streamed items by id, merges followed
 */
record Recording(List<TrainingBatch> batches, Map<String, Long> labels) {
    Recording {
        batches = List.copyOf(batches);
        labels = Map.copyOf(labels);
    }

    /** Pictures that a network trained on all batches sees. */
    int gradientImages() {
        return batches.stream().mapToInt(batch -> batch.examples().size()).sum();
    }
}
