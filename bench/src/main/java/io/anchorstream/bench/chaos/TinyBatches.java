package io.anchorstream.bench.chaos;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.anchorstream.avro.BatchItem;
import io.anchorstream.avro.MiniBatch;
import io.anchorstream.model.image.CanonicalImage;

/** Mini-batches of small pictures that are a function of the seed: each label has a colour and a word of its own. */
final class TinyBatches {
    static final int IMAGE_SIZE = 24;

    private static final int LABELS = 12;
    private static final int PER_BATCH = 4;
    private static final int ITEMS = 2;
    private static final int TEXT = 16;

    private final long seed;
    private long number;

    TinyBatches(long seed) {
        this.seed = seed;
    }

    MiniBatch next() {
        Random random = new Random(seed * 1_000_003 + number);
        List<BatchItem> items = new ArrayList<>();
        int first = random.nextInt(LABELS);
        for (int p = 0; p < PER_BATCH; p++) {
            int label = (first + p) % LABELS;
            for (int k = 0; k < ITEMS; k++) {
                items.add(BatchItem.newBuilder()
                        .setItemId(label + "/" + random.nextInt(50))
                        .setLabel(label)
                        .setConfidence(0.9f)
                        .setFresh(k == 0)
                        .setImage(ByteBuffer.wrap(picture(label, random).toBytes()))
                        .setTextVector(text(label))
                        .build());
            }
        }
        return MiniBatch.newBuilder()
                .setSampler(0)
                .setNumber(number++)
                .setItems(items)
                .build();
    }

    private static CanonicalImage picture(int label, Random random) {
        byte[] pixels = new byte[3 * IMAGE_SIZE * IMAGE_SIZE];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (label * 20 + i % 3 * 40 + random.nextInt(60));
        }
        return new CanonicalImage(IMAGE_SIZE, pixels);
    }

    private static List<Float> text(int label) {
        float[] vector = new float[TEXT];
        vector[label] = 0.8f;
        vector[(label + 1) % TEXT] = 0.6f;
        List<Float> values = new ArrayList<>(TEXT);
        for (float value : vector) {
            values.add(value);
        }
        return values;
    }
}
