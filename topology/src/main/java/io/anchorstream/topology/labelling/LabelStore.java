package io.anchorstream.topology.labelling;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The permanent memory of labelling in one key-value store; the first byte of a key says what the row is. {@code C} id:
 * a class; {@code A} id: alias of an older one; {@code N} label: id of a labelling function's label; {@code M}: the
 * counter; {@code I} item: the label that the item was given; {@code S} slot block: a text of the block's sample; {@code
 * J} block: what the sample said.
 */
final class LabelStore implements ClusterJournal {
    private static final Bytes COUNTER = Bytes.wrap(new byte[] {'M'});

    private final KeyValueStore<Bytes, byte[]> store;
    private int aliases;

    LabelStore(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
    }

    /** Gives everything but the items back to clustering. */
    void restore(LeaderClustering clustering) {
        each('C', (key, value) -> clustering.restore(cluster(key, value)));
        each(
                'N',
                (key, value) ->
                        clustering.restore(text(key, 1), ByteBuffer.wrap(value).getLong()));
        each('A', (key, value) -> aliases++);
        byte @Nullable [] counter = store.get(COUNTER);
        if (counter != null) {
            clustering.restore(ByteBuffer.wrap(counter).getLong());
        }
        JoinFinder finder = clustering.finder();
        each('S', (key, value) -> {
            ByteBuffer buffer = ByteBuffer.wrap(value);
            long change = buffer.getLong();
            finder.restore(text(key, 1 + Integer.BYTES), floats(buffer, buffer.remaining() / Float.BYTES), change);
        });
        each('J', (key, value) -> finder.restore(text(key, 1), measured(ByteBuffer.wrap(value))));
    }

    Optional<ItemLabel> item(String itemId) {
        byte @Nullable [] value = store.get(key('I', itemId));
        if (value == null) {
            return Optional.empty();
        }
        ByteBuffer buffer = ByteBuffer.wrap(value);
        return Optional.of(new ItemLabel(
                buffer.getLong(),
                buffer.getFloat(),
                buffer.get() != 0,
                buffer.getLong(),
                text(value, buffer.position())));
    }

    void saveItem(String itemId, ItemLabel label) {
        byte[] block = utf8(label.block());
        store.put(
                key('I', itemId),
                ByteBuffer.allocate(21 + block.length)
                        .putLong(label.label())
                        .putFloat(label.confidence())
                        .put((byte) (label.holdout() ? 1 : 0))
                        .putLong(label.textHash())
                        .put(block)
                        .array());
    }

    void forgetItem(String itemId) {
        store.delete(key('I', itemId));
    }

    /** Follows aliases to the id in use. */
    long resolve(long id) {
        long current = id;
        byte @Nullable [] alias = store.get(key('A', current));
        while (alias != null) {
            // Aliases point at older ids only, so this ends.
            current = ByteBuffer.wrap(alias).getLong();
            alias = store.get(key('A', current));
        }
        return current;
    }

    /** How many labels are another name for an older one. */
    int aliases() {
        return aliases;
    }

    /**
     * Tells these labels, at most so many from {@code from} on, in their order.
     *
     * @return where to go on; empty when there are no more
     */
    OptionalLong gone(long from, int most, LongConsumer label) {
        int seen = 0;
        try (KeyValueIterator<Bytes, byte[]> rows = store.range(key('A', from), Bytes.wrap(new byte[] {'A' + 1}))) {
            while (rows.hasNext()) {
                byte[] row = rows.next().key.get();
                if (row[0] != 'A') {
                    return OptionalLong.empty();
                }
                long next = ByteBuffer.wrap(row, 1, Long.BYTES).getLong();
                if (seen == most) {
                    return OptionalLong.of(next);
                }
                label.accept(next);
                seen++;
            }
        }
        return OptionalLong.empty();
    }

    /** Makes an alias name this class directly; false if it does so already. */
    boolean shorten(long gone, long inUse) {
        byte[] target = bytes(inUse);
        if (Arrays.equals(target, store.get(key('A', gone)))) {
            return false;
        }
        store.put(key('A', gone), target);
        return true;
    }

    void forgetAlias(long gone) {
        store.delete(key('A', gone));
        aliases--;
    }

    /** The block of a class in use; empty for one that was evicted. */
    Optional<String> block(long id) {
        byte @Nullable [] value = store.get(key('C', id));
        return value == null
                ? Optional.empty()
                : Optional.of(cluster(key('C', id).get(), value).block());
    }

    /**
     * Tells the labels that items were given, of at most so many items behind {@code after} in the order of their ids.
     *
     * @return the last of them; empty when there are no more
     */
    Optional<String> items(String after, int most, LongConsumer label) {
        String last = after;
        int seen = 0;
        try (KeyValueIterator<Bytes, byte[]> rows = store.range(key('I', after), Bytes.wrap(new byte[] {'I' + 1}))) {
            while (rows.hasNext()) {
                KeyValue<Bytes, byte[]> next = rows.next();
                if (next.key.get()[0] != 'I') {
                    return Optional.empty();
                }
                if (seen == most) {
                    return Optional.of(last);
                }
                String id = text(next.key.get(), 1);
                if (!id.equals(after)) {
                    label.accept(ByteBuffer.wrap(next.value).getLong());
                    last = id;
                    seen++;
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public void save(Cluster cluster) {
        byte[] block = utf8(cluster.block());
        ByteBuffer value = ByteBuffer.allocate(20 + cluster.centroid().length * Float.BYTES + block.length)
                .putLong(cluster.members())
                .putLong(cluster.lastUsed())
                .putInt(cluster.centroid().length);
        for (float number : cluster.centroid()) {
            value.putFloat(number);
        }
        store.put(key('C', cluster.id()), value.put(block).array());
    }

    @Override
    public void alias(Cluster merged, long olderId) {
        store.delete(key('C', merged.id()));
        store.put(key('A', merged.id()), bytes(olderId));
        aliases++;
    }

    @Override
    public void retire(Cluster evicted) {
        store.delete(key('C', evicted.id()));
    }

    @Override
    public void name(String ruleLabel, long id) {
        store.put(key('N', ruleLabel), bytes(id));
    }

    @Override
    public void counter(long next) {
        store.put(COUNTER, bytes(next));
    }

    @Override
    public void sample(String block, int slot, float[] vector, long changes) {
        byte[] name = utf8(block);
        ByteBuffer key = ByteBuffer.allocate(5 + name.length)
                .put((byte) 'S')
                .putInt(slot)
                .put(name);
        ByteBuffer value =
                ByteBuffer.allocate(Long.BYTES + vector.length * Float.BYTES).putLong(changes);
        for (float number : vector) {
            value.putFloat(number);
        }
        store.put(Bytes.wrap(key.array()), value.array());
    }

    @Override
    public void measured(String block, TextSample.Measured measured) {
        ByteBuffer value = ByteBuffer.allocate(12 + measured.curve().length * Long.BYTES)
                .putLong(measured.at())
                .putInt(measured.items());
        for (long score : measured.curve()) {
            value.putLong(score);
        }
        store.put(key('J', block), value.array());
    }

    private static TextSample.Measured measured(ByteBuffer value) {
        long at = value.getLong();
        int items = value.getInt();
        long[] curve = new long[JoinCurve.POINTS];
        for (int point = 0; point < curve.length; point++) {
            curve[point] = value.getLong();
        }
        return new TextSample.Measured(at, items, curve);
    }

    private void each(char kind, Row row) {
        Bytes from = Bytes.wrap(new byte[] {(byte) kind});
        Bytes to = Bytes.wrap(new byte[] {(byte) (kind + 1)});
        try (KeyValueIterator<Bytes, byte[]> rows = store.range(from, to)) {
            while (rows.hasNext()) {
                KeyValue<Bytes, byte[]> next = rows.next();
                if (next.key.get()[0] == kind) {
                    row.accept(next.key.get(), next.value);
                }
            }
        }
    }

    private static Cluster cluster(byte[] key, byte[] value) {
        long id = ByteBuffer.wrap(key, 1, Long.BYTES).getLong();
        ByteBuffer buffer = ByteBuffer.wrap(value);
        long members = buffer.getLong();
        long lastUsed = buffer.getLong();
        float[] centroid = floats(buffer, buffer.getInt());
        return new Cluster(id, text(value, buffer.position()), centroid, members, lastUsed);
    }

    private static float[] floats(ByteBuffer from, int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = from.getFloat();
        }
        return numbers;
    }

    private static Bytes key(char kind, long id) {
        return Bytes.wrap(ByteBuffer.allocate(9).put((byte) kind).putLong(id).array());
    }

    private static Bytes key(char kind, String text) {
        byte[] utf8 = utf8(text);
        return Bytes.wrap(
                ByteBuffer.allocate(1 + utf8.length).put((byte) kind).put(utf8).array());
    }

    private static byte[] bytes(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes, int from) {
        return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
    }

    private interface Row {
        void accept(byte[] key, byte[] value);
    }

    /**
     * What an item was given.
     *
     * @param textHash of what the label was made from: while it stays, so does the label
     */
    record ItemLabel(long label, float confidence, boolean holdout, long textHash, String block) {}
}
