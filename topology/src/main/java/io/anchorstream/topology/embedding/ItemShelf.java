package io.anchorstream.topology.embedding;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * The live items of one partition: their pictures and marks, the queue of those due, and exact counts. All of it is in
 * state stores, nothing in memory, so that a task goes on wherever its committed stores say. Owned by a stream thread.
 */
final class ItemShelf {
    static final String PICTURES = "embed-pictures";
    static final String MARKS = "embed-marks";
    static final String DUE = "embed-due";
    static final String COUNTS = "embed-counts";
    static final String REFRESH = "embed-refresh";

    private static final String LIVE = "live";
    private static final String EMBEDDED = "embedded";
    private static final String QUEUED = "queued";
    private static final String STATE = "state";

    private final KeyValueStore<String, StoredPicture> pictures;
    private final KeyValueStore<String, Mark> marks;
    private final KeyValueStore<Long, String> due;
    private final KeyValueStore<String, Long> counts;
    private final KeyValueStore<String, RefreshState> refresh;
    private final VectorShelf vectors;
    private long head;

    ItemShelf(ProcessorContext<?, ?> context, VectorShelf vectors) {
        this.vectors = vectors;
        this.pictures = context.getStateStore(PICTURES);
        this.marks = context.getStateStore(MARKS);
        this.due = context.getStateStore(DUE);
        this.counts = context.getStateStore(COUNTS);
        this.refresh = context.getStateStore(REFRESH);
    }

    static List<StoreBuilder<?>> builders() {
        return List.of(
                Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(PICTURES), Serdes.String(), StoredPicture.serde()),
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(MARKS), Serdes.String(), Mark.serde()),
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(DUE), Serdes.Long(), Serdes.String()),
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(COUNTS), Serdes.String(), Serdes.Long()),
                Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(REFRESH), Serdes.String(), RefreshState.serde()),
                VectorShelf.builder());
    }

    /** An item that can be embedded. */
    record Item(String id, Mark mark, StoredPicture picture) {}

    void putPicture(String id, StoredPicture picture) {
        Mark before = mark(id);
        pictures.put(id, picture);
        change(id, before, before.withPicture(picture.partition(), picture.offset()));
    }

    void putLabel(String id, int partition, long offset, long label) {
        Mark before = mark(id);
        // An item that changes its block is labelled in two partitions: the older label may come last.
        if (partition != before.labelPartition() || offset > before.labelOffset()) {
            change(id, before, before.withLabel(partition, offset, label));
        }
    }

    void removePicture(String id) {
        pictures.delete(id);
        vectors.remove(id);
        Mark before = mark(id);
        change(id, before, before.withoutPicture());
    }

    private Mark mark(String id) {
        Mark mark = marks.get(id);
        return mark == null ? Mark.NEW : mark;
    }

    private void change(String id, Mark before, Mark after) {
        if (before.isComplete() != after.isComplete()) {
            add(LIVE, after.isComplete() ? 1 : -1);
        }
        add(EMBEDDED, (isEmbedded(id, after) ? 1 : 0) - (isEmbedded(id, before) ? 1 : 0));
        if (after.hasPicture() || after.hasLabel()) {
            marks.put(id, after);
        } else {
            marks.delete(id);
        }
        boolean becameDue = after.isDue() && !(before.isDue() && before.pictureOffset() == after.pictureOffset());
        if (becameDue) {
            long ticket = count(QUEUED);
            counts.put(QUEUED, ticket + 1);
            due.put(ticket, id);
        }
    }

    /** Whether the item has a vector of the generation being built. */
    private boolean isEmbedded(String id, Mark mark) {
        RefreshState state = refresh.get(STATE);
        return state != null
                && mark.isComplete()
                && !mark.isDue()
                && (mark.embeddedGeneration() == state.building().generation() || state.hasPassed(id));
    }

    boolean hasDue() {
        try (KeyValueIterator<Long, String> queue = queue()) {
            return queue.hasNext();
        }
    }

    /** From the last known head on: the deleted tickets before it would be walked over again and again. */
    private KeyValueIterator<Long, String> queue() {
        return due.range(head, Long.MAX_VALUE);
    }

    /** The items that wait longest, with their tickets. Tickets of items that are no longer due are torn up. */
    List<KeyValue<Long, Item>> due(int most) {
        List<KeyValue<Long, Item>> items = new ArrayList<>();
        List<Long> stale = new ArrayList<>();
        try (KeyValueIterator<Long, String> queue = queue()) {
            if (queue.hasNext()) {
                head = queue.peekNextKey();
            }
            while (queue.hasNext() && items.size() < most) {
                KeyValue<Long, String> ticket = queue.next();
                Item item = item(ticket.value);
                boolean listed = items.stream().anyMatch(it -> it.value.id().equals(ticket.value));
                if (item != null && item.mark().isDue() && !listed) {
                    items.add(KeyValue.pair(ticket.key, item));
                } else {
                    stale.add(ticket.key);
                }
            }
        }
        stale.forEach(due::delete);
        return items;
    }

    /** Notes that a due item has its vectors now. */
    void settle(long ticket, Item item, long generation) {
        due.delete(ticket);
        change(item.id(), item.mark(), item.mark().embeddedFor(generation));
    }

    /**
     * The next items behind the cursor that a refresh must embed, and how far that takes it.
     *
     * @param end true when nothing lies behind {@code upTo}
     */
    record Stretch(List<Item> items, String upTo, boolean end) {}

    /** Looks at no more than {@code mostLooks} items, so that skipping takes bounded time too. */
    Stretch stretch(RefreshState state, int most, int mostLooks) {
        List<Item> items = new ArrayList<>();
        String upTo = state.cursor();
        try (KeyValueIterator<String, Mark> rows = state.cursor().isEmpty() ? marks.all() : behind(state.cursor())) {
            int looks = 0;
            while (rows.hasNext()) {
                if (items.size() == most || looks++ == mostLooks) {
                    return new Stretch(items, upTo, false);
                }
                KeyValue<String, Mark> row = rows.next();
                if (row.key.equals(state.cursor())) {
                    continue;
                }
                upTo = row.key;
                boolean wanted = row.value.isComplete()
                        && !row.value.isDue()
                        && row.value.embeddedGeneration() != state.building().generation();
                StoredPicture picture = wanted ? pictures.get(row.key) : null;
                if (picture != null) {
                    items.add(new Item(row.key, row.value, picture));
                }
            }
        }
        return new Stretch(items, upTo, true);
    }

    private KeyValueIterator<String, Mark> behind(String cursor) {
        @SuppressWarnings("NullAway") // a null upper bound means "to the end" in Kafka Streams' stores
        KeyValueIterator<String, Mark> rows = marks.range(cursor, null);
        return rows;
    }

    /** The item of a stretch as it is now; empty if it was deleted or changed since, or has its vector by another way. */
    Optional<Item> unchanged(Item item, RefreshState state) {
        Mark mark = mark(item.id());
        boolean same = mark.isComplete()
                && !mark.isDue()
                && mark.picturePartition() == item.mark().picturePartition()
                && mark.pictureOffset() == item.mark().pictureOffset()
                && mark.embeddedGeneration() != state.building().generation();
        return same ? Optional.of(new Item(item.id(), mark, item.picture())) : Optional.empty();
    }

    /** Moves the cursor over a stretch, of which so many items got their vectors from the refresh. */
    RefreshState pass(RefreshState state, Stretch stretch, int embedded) {
        add(EMBEDDED, embedded);
        RefreshState moved = stretch.upTo().isEmpty() ? state : state.at(stretch.upTo());
        put(moved);
        return moved;
    }

    /** Begins a refresh: nothing is embedded for the new generation yet. */
    void begin(RefreshState state) {
        counts.put(EMBEDDED, 0L);
        put(state);
    }

    void put(RefreshState state) {
        refresh.put(STATE, state);
    }

    Optional<RefreshState> state() {
        return Optional.ofNullable(refresh.get(STATE));
    }

    /** Live items: picture and label of the same source have arrived. */
    long live() {
        return count(LIVE);
    }

    /** Of those, items with a vector of the generation being built. */
    long embedded() {
        return count(EMBEDDED);
    }

    private @Nullable Item item(String id) {
        Mark mark = marks.get(id);
        StoredPicture picture = mark == null ? null : pictures.get(id);
        return mark == null || picture == null ? null : new Item(id, mark, picture);
    }

    private long count(String name) {
        Long value = counts.get(name);
        return value == null ? 0 : value;
    }

    private void add(String name, long change) {
        if (change != 0) {
            counts.put(name, count(name) + change);
        }
    }
}
