package io.anchorstream.topology.training;

import io.anchorstream.avro.HoldoutItem;
import io.anchorstream.avro.MiniBatch;
import io.anchorstream.avro.ModelCommand;
import io.anchorstream.avro.TrainingStep;
import io.anchorstream.topology.versions.ModelTopics;
import org.apache.kafka.common.serialization.Serde;

/** Names and serdes of the topics that training reads and writes. */
public record TrainingTopics(
        String batches,
        String holdout,
        String commands,
        String steps,
        Serde<MiniBatch> batchSerde,
        Serde<HoldoutItem> holdoutSerde,
        Serde<ModelCommand> commandSerde,
        Serde<TrainingStep> stepSerde,
        ModelTopics model) {}
