package io.anchorstream.service.backtest;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** A key-value store without Kafka Streams around it, ordered as RocksDB orders its keys. One thread owns it. */
final class InMemoryBytesStore implements KeyValueStore<Bytes, byte[]> {
    private final String name;
    private final TreeMap<Bytes, byte[]> rows = new TreeMap<>();

    InMemoryBytesStore(String name) {
        this.name = name;
    }

    @Override
    public void put(Bytes key, byte @Nullable [] value) {
        if (value == null) {
            rows.remove(key);
        } else {
            rows.put(key, value);
        }
    }

    @Override
    @SuppressWarnings("NullAway") // the contract of the interface: null = there was none
    public byte @Nullable [] putIfAbsent(Bytes key, byte[] value) {
        return rows.putIfAbsent(key, value);
    }

    @Override
    public void putAll(List<KeyValue<Bytes, byte[]>> entries) {
        entries.forEach(entry -> put(entry.key, entry.value));
    }

    @Override
    @SuppressWarnings("NullAway") // the contract of the interface: null = there was none
    public byte @Nullable [] delete(Bytes key) {
        return rows.remove(key);
    }

    @Override
    @SuppressWarnings("NullAway") // the contract of the interface: null = there is none
    public byte @Nullable [] get(Bytes key) {
        return rows.get(key);
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> range(Bytes from, Bytes to) {
        return new Rows(new TreeMap<>(rows.subMap(from, true, to, true)));
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> all() {
        return new Rows(new TreeMap<>(rows));
    }

    @Override
    public long approximateNumEntries() {
        return rows.size();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {}

    @Override
    public void close() {}

    @Override
    public boolean persistent() {
        return false;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    /** A snapshot: the caller may delete while it goes through. */
    private static final class Rows implements KeyValueIterator<Bytes, byte[]> {
        private final Iterator<Map.Entry<Bytes, byte[]>> entries;
        private Map.@Nullable Entry<Bytes, byte[]> next;

        Rows(SortedMap<Bytes, byte[]> rows) {
            entries = rows.entrySet().iterator();
            advance();
        }

        private void advance() {
            next = entries.hasNext() ? entries.next() : null;
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public KeyValue<Bytes, byte[]> next() {
            Map.Entry<Bytes, byte[]> found = Objects.requireNonNull(next == null ? noMore() : next);
            advance();
            return KeyValue.pair(found.getKey(), found.getValue());
        }

        private static Map.Entry<Bytes, byte[]> noMore() {
            throw new NoSuchElementException("the range has no more rows");
        }

        @Override
        public Bytes peekNextKey() {
            return (next == null ? noMore() : next).getKey();
        }

        @Override
        public void close() {}
    }
}
