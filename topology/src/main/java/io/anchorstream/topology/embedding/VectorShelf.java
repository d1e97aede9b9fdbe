package io.anchorstream.topology.embedding;

import java.nio.ByteBuffer;
import java.util.Optional;

import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The vectors of a partition's live items under two versions: the one that is complete and the one that is being built or
 * was complete before. A return to either publishes them again instead of calling the model. Two rows an item, so that
 * a refresh writes one, and reads them only where a version comes back. Owned by a stream thread.
 */
final class VectorShelf {
    static final String STORE = "embed-vectors";
    static final int SLOTS = 2;
    private static final int HEAD = Long.BYTES + Integer.BYTES + Long.BYTES;

    private final KeyValueStore<String, byte[]> rows;
    private final boolean keeps;

    /** @param keeps false: nothing is kept, and so nothing found */
    VectorShelf(ProcessorContext<?, ?> context, boolean keeps) {
        this.rows = context.getStateStore(STORE);
        this.keeps = keeps;
    }

    static StoreBuilder<?> builder() {
        return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(STORE), Serdes.String(), Serdes.ByteArray());
    }

    void put(int slot, String id, StoredPicture picture, long version, float[] vector) {
        if (keeps) {
            ByteBuffer row = ByteBuffer.allocate(HEAD + vector.length * Float.BYTES)
                    .putLong(version)
                    .putInt(picture.partition())
                    .putLong(picture.offset());
            row.asFloatBuffer().put(vector);
            rows.put(key(slot, id), row.array());
        }
    }

    /** The vector {@code float[D]} that this version made of this very picture. */
    Optional<float[]> find(int slot, String id, StoredPicture picture, long version) {
        byte[] bytes = keeps ? rows.get(key(slot, id)) : null;
        if (bytes == null) {
            return Optional.empty();
        }
        ByteBuffer row = ByteBuffer.wrap(bytes);
        if (row.getLong() != version || row.getInt() != picture.partition() || row.getLong() != picture.offset()) {
            return Optional.empty();
        }
        float[] vector = new float[row.remaining() / Float.BYTES];
        row.asFloatBuffer().get(vector);
        return Optional.of(vector);
    }

    void remove(String id) {
        for (int slot = 0; slot < SLOTS; slot++) {
            if (rows.get(key(slot, id)) != null) {
                rows.delete(key(slot, id));
            }
        }
    }

    private static String key(int slot, String id) {
        return slot + id;
    }
}
