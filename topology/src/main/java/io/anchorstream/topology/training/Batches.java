package io.anchorstream.topology.training;

import java.util.List;
import java.util.Optional;

import io.anchorstream.avro.BatchItem;
import io.anchorstream.avro.EvaluationTruth;
import io.anchorstream.avro.HoldoutItem;
import io.anchorstream.avro.MiniBatch;
import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.training.BatchExample;
import io.anchorstream.model.training.TrainingBatch;

/** From the records on the topics to the model's plain types. */
public final class Batches {
    private Batches() {}

    public static TrainingBatch of(MiniBatch batch) {
        return new TrainingBatch(
                batch.getSampler(),
                batch.getNumber(),
                batch.getItems().stream().map(Batches::example).toList());
    }

    static HoldoutExample of(String itemId, HoldoutItem item) {
        return new HoldoutExample(
                itemId,
                item.getLabel(),
                CanonicalImage.fromBytes(item.getImage()),
                floats(item.getTextVector()),
                Optional.ofNullable(item.getCategory()),
                Optional.ofNullable(item.getTruth()).map(Batches::truth));
    }

    private static HoldoutExample.Truth truth(EvaluationTruth truth) {
        return new HoldoutExample.Truth(
                Optional.ofNullable(truth.getGroup()), Optional.ofNullable(truth.getDomain()), truth.getTest());
    }

    private static BatchExample example(BatchItem item) {
        return example(item, CanonicalImage.fromBytes(item.getImage()));
    }

    /** As on the topic, with a picture that is already decoded. */
    public static BatchExample example(BatchItem item, CanonicalImage image) {
        return new BatchExample(
                item.getItemId(),
                item.getLabel(),
                item.getConfidence(),
                item.getFresh(),
                image,
                floats(item.getTextVector()),
                item.getAttributes());
    }

    private static float[] floats(List<Float> values) {
        float[] result = new float[values.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = values.get(i);
        }
        return result;
    }
}
