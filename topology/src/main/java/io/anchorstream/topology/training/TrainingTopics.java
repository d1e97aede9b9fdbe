package io.anchorstream.topology.training;

import java.util.Map;

import io.anchorstream.avro.HoldoutItem;
import io.anchorstream.avro.LabelAlias;
import io.anchorstream.avro.MiniBatch;
import io.anchorstream.avro.ModelCommand;
import io.anchorstream.avro.TrainingStep;
import io.anchorstream.schemas.registry.SchemaRegistry;
import io.anchorstream.schemas.serde.AvroSerde;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.topology.versions.ModelTopics;
import org.apache.kafka.common.serialization.Serde;

/** Names and serdes of the topics that training reads and writes. */
public record TrainingTopics(
        String batches,
        String holdout,
        String aliases,
        String commands,
        String steps,
        Serde<MiniBatch> batchSerde,
        Serde<HoldoutItem> holdoutSerde,
        Serde<LabelAlias> aliasSerde,
        Serde<ModelCommand> commandSerde,
        Serde<TrainingStep> stepSerde,
        ModelTopics model) {

    /** As the topic catalogue names them, in Avro over one registry. */
    public static TrainingTopics of(Topics topics, Map<String, ?> serdeConfig, SchemaRegistry registry) {
        return new TrainingTopics(
                topics.trainingBatches().name(),
                topics.trainingHoldout().name(),
                topics.labelAliases().name(),
                topics.modelCommands().name(),
                topics.trainingSteps().name(),
                AvroSerde.of(MiniBatch.class, serdeConfig, registry),
                AvroSerde.of(HoldoutItem.class, serdeConfig, registry),
                AvroSerde.of(LabelAlias.class, serdeConfig, registry),
                AvroSerde.of(ModelCommand.class, serdeConfig, registry),
                AvroSerde.of(TrainingStep.class, serdeConfig, registry),
                ModelTopics.of(topics, serdeConfig, registry));
    }
}
