package io.anchorstream.service.index;

import java.nio.ByteBuffer;
import java.util.List;

import io.anchorstream.avro.CanonicalItem;
import io.anchorstream.avro.CatalogItem;
import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.ItemEmbedding;
import io.anchorstream.model.image.CanonicalImage;

/** Small records for tests of the index. */
final class Records {
    /** The eight bytes every PNG begins with. */
    static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A};

    private Records() {}

    static CatalogItem item(String title, byte[] image) {
        return CatalogItem.newBuilder()
                .setTitle(title)
                .setImage(ByteBuffer.wrap(image))
                .build();
    }

    static CanonicalItem image(long offset) {
        return CanonicalItem.newBuilder()
                .setImage(ByteBuffer.wrap(new CanonicalImage(2, new byte[12]).toBytes()))
                .setPreprocessing("test")
                .setSourcePartition(0)
                .setSourceOffset(offset)
                .setSourceTimestamp(0)
                .build();
    }

    static ItemEmbedding embedding(long generation, long version, float... vector) {
        List<Float> values = new java.util.ArrayList<>();
        for (float value : vector) {
            values.add(value);
        }
        return ItemEmbedding.newBuilder()
                .setVector(values)
                .setDimension(vector.length)
                .setModelVersion(version)
                .setGeneration(generation)
                .setSourceOffset(0)
                .build();
    }

    static GenerationEvent event(long generation, long version, GenerationState state) {
        return GenerationEvent.newBuilder()
                .setGeneration(generation)
                .setModelVersion(version)
                .setState(state)
                .setTimestamp(1)
                .build();
    }

    static GenerationEvent complete(long generation, long items) {
        return GenerationEvent.newBuilder()
                .setGeneration(generation)
                .setModelVersion(generation)
                .setState(GenerationState.COMPLETE)
                .setItems(items)
                .setEmbedded(items)
                .build();
    }
}
