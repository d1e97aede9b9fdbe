package io.anchorstream.topology.batching;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

import io.anchorstream.avro.BatchItem;
import org.jspecify.annotations.Nullable;

/**
 * The items of one partition that may be drawn, by label. An item is fresh until it was in a batch; then it competes for
 * one of the label's {@code bufferPerLabel} places for replay (reservoir, Vitter's algorithm R). Items lie in RocksDB;
 * memory holds their numbers only, rebuilt from the index after a restart. One thread owns it.
 *
 * <p>A label is eligible once it has two items: before, no positive pair could be drawn of it.
 */
public final class ClassBuffers {
    /** Names of the two state stores. */
    public static final String ITEMS_STORE = "class-buffers";

    public static final String INDEX_STORE = "class-buffer-index";

    private static final int ELIGIBLE = 2;

    private final BufferStore store;
    private final int capacity;
    private final long seed;
    private final Map<Long, LabelBuffer> labels = new HashMap<>();
    private final SortedLongs eligible = new SortedLongs();
    /** Fresh items of eligible labels, number to label: the queue from which batches are driven. */
    private final TreeMap<Long, Long> waiting = new TreeMap<>();

    private long nextItem;
    private long nextBatch;

    ClassBuffers(BufferStore store, int capacity, long seed) {
        this.store = store;
        this.capacity = capacity;
        this.seed = seed;
        long[] numbers = store.numbers();
        nextItem = numbers[0];
        nextBatch = numbers[1];
        store.eachPlace((itemId, place) -> enter(place));
        store.eachSeen((label, seen) -> {
            LabelBuffer buffer = labels.get(label);
            if (buffer != null) {
                buffer.seen = seen;
            }
        });
    }

    /** Takes in an item as fresh; what was known of it is replaced. */
    void arrive(long label, BufferedItem item) {
        forget(item.itemId());
        ItemPlace place = new ItemPlace(label, nextItem, true);
        nextItem++;
        store.putItem(place, item);
        store.putNumbers(nextItem, nextBatch);
        enter(place);
    }

    /** Whether the item was known. */
    boolean forget(String itemId) {
        Optional<ItemPlace> place = store.place(itemId);
        place.ifPresent(known -> {
            store.deleteItem(itemId, known);
            leave(known);
        });
        return place.isPresent();
    }

    /** Moves all items of a label to another, each as fresh as it was; places over the capacity are lost. */
    void merge(long gone, long kept) {
        LabelBuffer merged = labels.get(gone);
        if (merged == null) {
            return;
        }
        List<BufferedItem> items = store.removeAll(gone);
        for (BufferedItem item : items) {
            ItemPlace old = store.place(item.itemId()).orElseThrow();
            leave(old);
            ItemPlace place = new ItemPlace(kept, old.number(), old.fresh());
            store.putItem(place, item);
            enter(place);
        }
        LabelBuffer target = labels.computeIfAbsent(kept, unknown -> new LabelBuffer());
        target.seen += merged.seen;
        store.putSeen(kept, target.seen);
        labels.remove(gone);
        shrink(kept, target);
    }

    /** Reads a drawn item; a fresh one leaves freshness and enters the reservoir. */
    BatchItem draw(Pick pick) {
        BufferedItem item = store.item(pick.label(), pick.number());
        if (pick.fresh()) {
            retire(item.itemId(), pick);
        }
        return item.drawn(pick);
    }

    /** Number of the batch that is drawn next; it is used up. */
    long takeBatchNumber() {
        long number = nextBatch;
        nextBatch++;
        store.putNumbers(nextItem, nextBatch);
        return number;
    }

    long nextBatchNumber() {
        return nextBatch;
    }

    /** Labels of at least two items, sorted. */
    SortedLongs eligibleLabels() {
        return eligible;
    }

    /** Fresh items of eligible labels by number, oldest first. */
    NavigableMap<Long, Long> waiting() {
        return waiting;
    }

    /** Labels of which an item is held. */
    int labels() {
        return labels.size();
    }

    LabelBuffer label(long label) {
        @Nullable LabelBuffer buffer = labels.get(label);
        return buffer == null ? new LabelBuffer() : buffer;
    }

    /** Number of the label's oldest item; the label must have one. */
    long oldest(long label) {
        LabelBuffer buffer = label(label);
        long fresh = buffer.fresh.size() == 0 ? Long.MAX_VALUE : buffer.fresh.get(0);
        long replay = buffer.replay.size() == 0 ? Long.MAX_VALUE : buffer.replay.get(0);
        return Math.min(fresh, replay);
    }

    /** Text vector of an item, of length 0 when it has none. */
    float[] textVector(long label, long number) {
        return store.item(label, number).textVector();
    }

    private void retire(String itemId, Pick pick) {
        ItemPlace fresh = new ItemPlace(pick.label(), pick.number(), true);
        LabelBuffer buffer = label(pick.label());
        buffer.seen++;
        store.putSeen(pick.label(), buffer.seen);
        if (buffer.replay.size() >= capacity) {
            long slot = new SplittableRandom(Seeds.mix(seed, pick.label(), buffer.seen)).nextLong(buffer.seen);
            if (slot >= capacity) {
                store.deleteItem(itemId, fresh);
                leave(fresh);
                return;
            }
            evict(pick.label(), buffer.replay.get((int) slot));
        }
        leave(fresh);
        ItemPlace replay = new ItemPlace(pick.label(), pick.number(), false);
        store.putPlace(itemId, replay);
        enter(replay);
    }

    private void evict(long label, long number) {
        String victim = store.item(label, number).itemId();
        ItemPlace place = new ItemPlace(label, number, false);
        store.deleteItem(victim, place);
        leave(place);
    }

    private void shrink(long label, LabelBuffer buffer) {
        SplittableRandom random = new SplittableRandom(Seeds.mix(seed, label, buffer.seen));
        while (buffer.replay.size() > capacity) {
            evict(label, buffer.replay.get(random.nextInt(buffer.replay.size())));
        }
    }

    private void enter(ItemPlace place) {
        LabelBuffer buffer = labels.computeIfAbsent(place.label(), unknown -> new LabelBuffer());
        (place.fresh() ? buffer.fresh : buffer.replay).add(place.number());
        if (buffer.size() == ELIGIBLE) {
            eligible.add(place.label());
            for (long number : buffer.fresh.toArray()) {
                waiting.put(number, place.label());
            }
        } else if (buffer.size() > ELIGIBLE && place.fresh()) {
            waiting.put(place.number(), place.label());
        }
    }

    private void leave(ItemPlace place) {
        LabelBuffer buffer = labels.get(place.label());
        if (buffer == null) {
            return;
        }
        (place.fresh() ? buffer.fresh : buffer.replay).remove(place.number());
        waiting.remove(place.number());
        if (buffer.size() < ELIGIBLE) {
            eligible.remove(place.label());
            for (long number : buffer.fresh.toArray()) {
                waiting.remove(number);
            }
        }
        if (buffer.size() == 0) {
            // Labels are never given twice: those of items that were deleted would add up for as long as the service
            // runs.
            labels.remove(place.label());
            store.forgetSeen(place.label());
        }
    }
}
