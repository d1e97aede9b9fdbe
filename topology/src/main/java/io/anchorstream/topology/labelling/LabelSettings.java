package io.anchorstream.topology.labelling;

import io.anchorstream.topology.batching.BatchSettings;

/**
 * What the label topology is made of; a different value of any of these may change labels or batches, never the wiring.
 *
 * @param partitions of the repartition by block: clustering, buffers and samplers scale with it; fixed for the life of
 *     the state
 */
public record LabelSettings(
        TextLimits text,
        LabellingFunctions functions,
        ClusterSettings clustering,
        HoldoutRule holdout,
        BatchSettings batching,
        int partitions) {

    public LabelSettings {
        if (partitions < 1) {
            throw new IllegalArgumentException("labelling needs at least one partition, not " + partitions);
        }
    }

    /** No labelling functions, one label in twenty held out. */
    public static LabelSettings defaults(int partitions) {
        return new LabelSettings(
                TextLimits.defaults(),
                LabellingFunctions.none(),
                ClusterSettings.defaults(),
                new HoldoutRule(20),
                BatchSettings.defaults(),
                partitions);
    }
}
