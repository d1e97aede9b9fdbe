package io.anchorstream.model.training;

import java.util.List;

/**
 * A mini-batch of P labels x K items.
 *
 * @param sampler which sampler drew it
 * @param number the sampler's running number; with the sampler and the trainer's seed it seeds augmentation
 */
public record TrainingBatch(int sampler, long number, List<BatchExample> examples) {
    public TrainingBatch {
        examples = List.copyOf(examples);
    }
}
