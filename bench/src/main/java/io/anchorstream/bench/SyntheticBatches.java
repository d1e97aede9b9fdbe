package io.anchorstream.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.training.BatchExample;
import io.anchorstream.model.training.TrainingBatch;

/**
 * Mini-batches of noise, to time steps whose cost does not depend on what the pictures show. Half of a batch's labels come
 * again in the next. One item of a label is fresh and the others are replays, as four gradient images for each item ask.
 */
final class SyntheticBatches {
    private static final int TEXT_DIMENSION = 384;

    private SyntheticBatches() {}

    static List<TrainingBatch> of(int count, int labels, int perLabel, int imageSize) {
        Random random = new Random(7);
        List<TrainingBatch> batches = new ArrayList<>();
        for (int b = 0; b < count; b++) {
            List<BatchExample> examples = new ArrayList<>();
            for (int label = 0; label < labels; label++) {
                float[] text = unit(random);
                for (int k = 0; k < perLabel; k++) {
                    byte[] rgb = new byte[imageSize * imageSize * 3];
                    random.nextBytes(rgb);
                    String id = b + "-" + label + "-" + k;
                    examples.add(new BatchExample(
                            id, (long) b * labels / 2 + label, 1, k == 0, new CanonicalImage(imageSize, rgb), text));
                }
            }
            batches.add(new TrainingBatch(0, b, examples));
        }
        return batches;
    }

    private static float[] unit(Random random) {
        float[] vector = new float[TEXT_DIMENSION];
        double square = 0;
        for (int d = 0; d < vector.length; d++) {
            vector[d] = (float) random.nextGaussian();
            square += (double) vector[d] * vector[d];
        }
        for (int d = 0; d < vector.length; d++) {
            vector[d] /= (float) Math.sqrt(square);
        }
        return vector;
    }
}
