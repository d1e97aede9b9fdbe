package io.anchorstream.topology.batching;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The two stores behind the class buffers. Items, large: key {@code label | number}, so that a label is one range. Index,
 * small, so that it can be read whole after a restart: {@code I} item id → place, {@code L} label → how many items left
 * freshness, {@code M} → the running numbers.
 */
final class BufferStore {
    private static final Bytes NUMBERS = Bytes.wrap(new byte[] {'M'});

    private final KeyValueStore<Bytes, byte[]> items;
    private final KeyValueStore<Bytes, byte[]> index;

    BufferStore(KeyValueStore<Bytes, byte[]> items, KeyValueStore<Bytes, byte[]> index) {
        this.items = items;
        this.index = index;
    }

    void putItem(ItemPlace place, BufferedItem item) {
        items.put(itemKey(place.label(), place.number()), item.toBytes());
        putPlace(item.itemId(), place);
    }

    BufferedItem item(long label, long number) {
        byte @Nullable [] bytes = items.get(itemKey(label, number));
        if (bytes == null) {
            throw new IllegalStateException("the class buffer of label " + label + " has no item " + number
                    + ": its two stores disagree; reset the application's local state");
        }
        return BufferedItem.fromBytes(bytes);
    }

    void deleteItem(String itemId, ItemPlace place) {
        items.delete(itemKey(place.label(), place.number()));
        index.delete(key('I', itemId));
    }

    /** All items of a label with their numbers, as one range scan. */
    List<BufferedItem> removeAll(long label) {
        List<BufferedItem> found = new ArrayList<>();
        List<Bytes> keys = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> rows = items.range(itemKey(label, 0), itemKey(label, Long.MAX_VALUE))) {
            while (rows.hasNext()) {
                KeyValue<Bytes, byte[]> row = rows.next();
                keys.add(row.key);
                found.add(BufferedItem.fromBytes(row.value));
            }
        }
        keys.forEach(items::delete);
        index.delete(key('L', label));
        return found;
    }

    Optional<ItemPlace> place(String itemId) {
        byte @Nullable [] bytes = index.get(key('I', itemId));
        return bytes == null ? Optional.empty() : Optional.of(ItemPlace.fromBytes(bytes));
    }

    void putPlace(String itemId, ItemPlace place) {
        index.put(key('I', itemId), place.toBytes());
    }

    void forgetSeen(long label) {
        index.delete(key('L', label));
    }

    void putSeen(long label, long seen) {
        index.put(key('L', label), ByteBuffer.allocate(Long.BYTES).putLong(seen).array());
    }

    void putNumbers(long nextItem, long nextBatch) {
        index.put(
                NUMBERS,
                ByteBuffer.allocate(16).putLong(nextItem).putLong(nextBatch).array());
    }

    /** Running numbers of the next item and the next batch. */
    long[] numbers() {
        byte @Nullable [] bytes = index.get(NUMBERS);
        if (bytes == null) {
            return new long[2];
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new long[] {buffer.getLong(), buffer.getLong()};
    }

    void eachPlace(BiConsumer<String, ItemPlace> action) {
        each(
                'I',
                (key, value) -> action.accept(
                        new String(key, 1, key.length - 1, StandardCharsets.UTF_8), ItemPlace.fromBytes(value)));
    }

    void eachSeen(BiConsumer<Long, Long> action) {
        each(
                'L',
                (key, value) -> action.accept(
                        ByteBuffer.wrap(key, 1, Long.BYTES).getLong(),
                        ByteBuffer.wrap(value).getLong()));
    }

    private void each(char kind, BiConsumer<byte[], byte[]> action) {
        Bytes from = Bytes.wrap(new byte[] {(byte) kind});
        Bytes to = Bytes.wrap(new byte[] {(byte) (kind + 1)});
        try (KeyValueIterator<Bytes, byte[]> rows = index.range(from, to)) {
            while (rows.hasNext()) {
                KeyValue<Bytes, byte[]> row = rows.next();
                if (row.key.get()[0] == kind) {
                    action.accept(row.key.get(), row.value);
                }
            }
        }
    }

    private static Bytes itemKey(long label, long number) {
        return Bytes.wrap(ByteBuffer.allocate(16).putLong(label).putLong(number).array());
    }

    private static Bytes key(char kind, long label) {
        return Bytes.wrap(ByteBuffer.allocate(9).put((byte) kind).putLong(label).array());
    }

    private static Bytes key(char kind, String itemId) {
        byte[] utf8 = itemId.getBytes(StandardCharsets.UTF_8);
        return Bytes.wrap(
                ByteBuffer.allocate(1 + utf8.length).put((byte) kind).put(utf8).array());
    }
}
