package io.anchorstream.topology.embedding;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.anchorstream.avro.SampledVector;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * A uniform sample of a generation's vectors in one partition: those with the smallest hashes. The smallest hashes of
 * all partitions together are a uniform sample of all items (bottom-k sketch, Cohen and Kaplan 2007).
 */
final class VectorSample {
    static final String STORE = "embed-sample";

    private final KeyValueStore<Long, float[]> store;
    private final int size;
    private int held;
    private long largest = -1;

    VectorSample(KeyValueStore<Long, float[]> store, int size) {
        this.store = store;
        this.size = size;
        recount();
    }

    static StoreBuilder<?> builder() {
        return Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(STORE),
                Serdes.Long(),
                Serdes.serdeFrom(
                        (topic, it) -> it == null ? null : encode(it), (topic, b) -> b == null ? null : of(b)));
    }

    private static byte[] encode(float[] vector) {
        ByteBuffer out = ByteBuffer.allocate(vector.length * Float.BYTES);
        out.asFloatBuffer().put(vector);
        return out.array();
    }

    private static float[] of(byte[] bytes) {
        float[] vector = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).asFloatBuffer().get(vector);
        return vector;
    }

    /** Takes the vector in when its hash is among the smallest so far. */
    void offer(long generation, String itemId, float[] vector) {
        long rank = rank(generation, itemId);
        if (size == 0 || (held >= size && rank >= largest)) {
            return;
        }
        store.put(rank, vector);
        recount();
        if (held > size) {
            store.delete(largest);
            recount();
        }
    }

    void clear() {
        for (SampledVector entry : entries()) {
            store.delete(entry.getRank());
        }
        recount();
    }

    List<SampledVector> entries() {
        List<SampledVector> result = new ArrayList<>();
        try (KeyValueIterator<Long, float[]> rows = store.all()) {
            while (rows.hasNext()) {
                KeyValue<Long, float[]> row = rows.next();
                List<Float> values = new ArrayList<>(row.value.length);
                for (float value : row.value) {
                    values.add(value);
                }
                result.add(new SampledVector(row.key, values));
            }
        }
        return result;
    }

    private void recount() {
        held = 0;
        largest = -1;
        try (KeyValueIterator<Long, float[]> rows = store.all()) {
            while (rows.hasNext()) {
                largest = rows.next().key;
                held++;
            }
        }
    }

    private static long rank(long generation, String itemId) {
        byte[] bytes = (generation + "/" + itemId).getBytes(StandardCharsets.UTF_8);
        byte[] turned = (itemId + "/" + generation).getBytes(StandardCharsets.UTF_8);
        return ((long) Utils.toPositive(Utils.murmur2(bytes)) << 32)
                | Integer.toUnsignedLong(Utils.murmur2(turned) ^ Arrays.hashCode(bytes));
    }
}
