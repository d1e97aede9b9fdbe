package io.anchorstream.model.loss;

import java.util.Arrays;
import java.util.Random;

/** Batches to test with. */
final class Batches {
    private Batches() {}

    static LossBatch of(float[][] embeddings, long... labels) {
        return of(1, embeddings, labels, new float[labels.length][0]);
    }

    static LossBatch of(long step, float[][] embeddings, long[] labels, float[][] texts) {
        int n = labels.length;
        long[] items = new long[n];
        Arrays.setAll(items, i -> step * 1000 + i);
        float[] confidence = new float[n];
        Arrays.fill(confidence, 1f);
        boolean[] fresh = new boolean[n];
        Arrays.fill(fresh, true);
        return new LossBatch(step, FloatMatrix.of(embeddings), labels, items, texts, confidence, fresh);
    }

    static LossBatch withEmbeddings(LossBatch batch, FloatMatrix embeddings) {
        return new LossBatch(
                batch.step(),
                embeddings,
                batch.labels(),
                batch.items(),
                batch.textVectors(),
                batch.confidence(),
                batch.fresh());
    }

    /** {@code count} rows of labels 0, 1, ..., {@code labels}-1, 0, ... with texts near one direction per label. */
    static LossBatch random(long seed, long step, int count, int dimension, int labels) {
        Random random = new Random(seed);
        float[][] texts = new float[count][];
        long[] y = new long[count];
        for (int i = 0; i < count; i++) {
            y[i] = i % labels;
            texts[i] = direction(new Random(y[i]), random, 12);
        }
        return of(step, gaussian(random, count, dimension), y, texts);
    }

    static float[][] gaussian(Random random, int rows, int columns) {
        float[][] out = new float[rows][columns];
        for (float[] row : out) {
            for (int d = 0; d < columns; d++) {
                row[d] = (float) random.nextGaussian();
            }
        }
        return out;
    }

    static float[] direction(Random common, Random own, int dimension) {
        float[] out = new float[dimension];
        double norm = 0;
        for (int d = 0; d < dimension; d++) {
            out[d] = (float) (1 + common.nextGaussian() + 0.5 * own.nextGaussian());
            norm += out[d] * out[d];
        }
        for (int d = 0; d < dimension; d++) {
            out[d] /= (float) Math.sqrt(norm);
        }
        return out;
    }
}
