package io.anchorstream.topology.labelling;

import java.nio.ByteBuffer;
import java.util.Optional;

import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.TimestampedKeyValueStoreWithHeaders;
import org.apache.kafka.streams.state.ValueTimestampHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Items whose pictures are on their way, by id: the record as it came, so that a restart asks for them again. A row is the
 * source's partition and offset, then the original bytes.
 *
 * <p>They are counted once, when the task takes over the partition, by reading its rows in order. That is bounded by what
 * waits, and rows are short: an item that waits has an address and no picture. Whoever has no local state has just restored
 * the same rows from the changelog, record by record.
 */
final class WaitingItems {
    private static final int POSITION = Integer.BYTES + Long.BYTES;

    private final TimestampedKeyValueStoreWithHeaders<String, byte[]> store;
    private long count;

    WaitingItems(TimestampedKeyValueStoreWithHeaders<String, byte[]> store) {
        this.store = store;
        try (KeyValueIterator<String, ValueTimestampHeaders<byte[]>> rows = store.all()) {
            while (rows.hasNext()) {
                rows.next();
                count++;
            }
        }
    }

    /** Tells of a waiting item. */
    interface Visitor {
        /** Returns whether to go on. */
        boolean visit(String id, SourcePosition source, byte[] original);
    }

    long count() {
        return count;
    }

    /** Takes the place of an older record of the item. */
    void put(Record<String, ?> record, SourcePosition source, byte[] original) {
        byte[] row = ByteBuffer.allocate(POSITION + original.length)
                .putInt(source.partition())
                .putLong(source.offset())
                .put(original)
                .array();
        if (store.get(record.key()) == null) {
            count++;
        }
        store.put(record.key(), ValueTimestampHeaders.make(row, record.timestamp(), record.headers()));
    }

    /** The record, which waits no more; empty when the item did not wait. The value of the record are the original bytes. */
    Optional<Taken> take(String id) {
        if (count == 0) {
            return Optional.empty(); // most items bring their picture along, and cost no look-up
        }
        @Nullable ValueTimestampHeaders<byte[]> row = store.get(id);
        if (row == null) {
            return Optional.empty();
        }
        store.delete(id);
        count--;
        return Optional.of(new Taken(new Record<>(id, original(row), row.timestamp(), row.headers()), source(row)));
    }

    /** A record that waited. */
    record Taken(Record<String, byte[]> record, SourcePosition source) {}

    /**
     * Visits at most so many items in the order of their ids, from one on.
     *
     * @param from id, null = the first
     * @return the id to go on from, null at the end
     */
    @Nullable
    String visit(@Nullable String from, int most, Visitor visitor) {
        try (KeyValueIterator<String, ValueTimestampHeaders<byte[]>> rows = store.range(from, null)) {
            for (int i = 0; rows.hasNext(); i++) {
                KeyValue<String, ValueTimestampHeaders<byte[]>> row = rows.next();
                if (i == most || !visitor.visit(row.key, source(row.value), original(row.value))) {
                    return row.key;
                }
            }
        }
        return null;
    }

    private static SourcePosition source(ValueTimestampHeaders<byte[]> row) {
        ByteBuffer in = ByteBuffer.wrap(row.value());
        return new SourcePosition(in.getInt(), in.getLong(), row.timestamp());
    }

    private static byte[] original(ValueTimestampHeaders<byte[]> row) {
        byte[] bytes = new byte[row.value().length - POSITION];
        System.arraycopy(row.value(), POSITION, bytes, 0, bytes.length);
        return bytes;
    }
}
