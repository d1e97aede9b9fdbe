package io.anchorstream.topology.training;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

import org.apache.kafka.common.utils.Utils;

/**
 * The hold-out in memory, bounded: one half for items that versions are chosen by, one for the test groups, so that
 * neither crowds the other out. When a half is full, whole classes (in the test half, true groups) are kept by the hash of their name,
 * and of a large class as many items as leave room for fifty classes: retrieval needs items with relevant neighbours,
 * every instance must choose the same ones, and what is kept hardly changes as the catalogue grows. Not thread-safe.
 */
public final class HoldoutSet {
    private static final int LEAST_CLASSES = 50;
    private static final int LEAST_ITEMS_OF_CLASS = 4;
    private static final double THIN = 0.8;
    private static final Comparator<Rank> ORDER =
            Comparator.comparingLong(Rank::hash).thenComparing(Rank::name);

    private final Sample judges;
    private final Sample tests;
    private final Map<Long, Long> aliases = new HashMap<>();
    private long changes;

    private record Rank(long hash, String name) {
        static Rank of(String name) {
            return new Rank(Integer.toUnsignedLong(Utils.murmur2(name.getBytes(StandardCharsets.UTF_8))), name);
        }
    }

    /** @param limit most items to keep, {@code >= 2}: half of them outside and half of them inside the test groups */
    public HoldoutSet(int limit) {
        if (limit < 2) {
            throw new IllegalArgumentException("a hold-out keeps at least two items, not " + limit);
        }
        this.judges = new Sample(limit - limit / 2);
        this.tests = new Sample(limit / 2);
    }

    /** Adds an item or takes its new form in. */
    public void put(HoldoutExample given) {
        HoldoutExample example = given.of(resolve(given.label()));
        remove(example.itemId());
        boolean test = example.truth().filter(HoldoutExample.Truth::test).isPresent();
        (test ? tests : judges).put(example);
        changes++;
    }

    /** From now on {@code gone} is another name for the older label {@code kept}. */
    public void merge(long gone, long kept) {
        if (kept < gone && !Long.valueOf(kept).equals(aliases.put(gone, kept))) {
            items().stream().filter(item -> item.label() == gone).forEach(this::put);
        }
    }

    /** No item carries this label any more, so that nobody asks for its other name. */
    public void forget(long gone) {
        aliases.remove(gone);
    }

    private long resolve(long label) {
        long current = label;
        for (Long older = aliases.get(current); older != null; older = aliases.get(current)) {
            current = older; // aliases point at older labels only, so this ends
        }
        return current;
    }

    /** Forgets a deleted item. */
    public void remove(String itemId) {
        if (judges.remove(itemId) || tests.remove(itemId)) {
            changes++;
        }
    }

    /** Whether so many items were deleted since others had to be left out that these should be read again. */
    boolean thinned() {
        return judges.thinned() || tests.thinned();
    }

    /** Told when all items are about to be put again. */
    void refilling() {
        judges.leftOut = false;
        tests.leftOut = false;
    }

    public int size() {
        return judges.size + tests.size;
    }

    /** Counts every change. */
    public long changes() {
        return changes;
    }

    /** The items now, in an order that does not depend on how they came. */
    public List<HoldoutExample> items() {
        List<HoldoutExample> items = new ArrayList<>(size());
        judges.classes.values().forEach(members -> items.addAll(members.values()));
        tests.classes.values().forEach(members -> items.addAll(members.values()));
        return List.copyOf(items);
    }

    /** What makes items relevant to each other: the weak label, in test groups the truth. */
    private static String className(HoldoutExample example) {
        return example.truth()
                .filter(HoldoutExample.Truth::test)
                .flatMap(HoldoutExample.Truth::group)
                .map(group -> "group:" + group)
                .orElse("label:" + example.label());
    }

    /** One half. */
    private static final class Sample {
        private final int limit;
        private final int ofClass;
        private final TreeMap<Rank, NavigableMap<Rank, HoldoutExample>> classes = new TreeMap<>(ORDER);
        private final Map<String, Rank> classOf = new HashMap<>();
        private int size;
        private boolean leftOut;

        Sample(int limit) {
            this.limit = limit;
            this.ofClass = Math.max(LEAST_ITEMS_OF_CLASS, limit / LEAST_CLASSES);
        }

        void put(HoldoutExample example) {
            Rank name = Rank.of(className(example));
            NavigableMap<Rank, HoldoutExample> members = classes.computeIfAbsent(name, unseen -> new TreeMap<>(ORDER));
            members.put(Rank.of(example.itemId()), example);
            classOf.put(example.itemId(), name);
            size++;
            if (members.size() > ofClass) {
                drop(name, members);
            }
            if (size > limit) {
                drop(classes.lastKey(), classes.lastEntry().getValue());
                leftOut = true;
            }
        }

        private void drop(Rank name, NavigableMap<Rank, HoldoutExample> members) {
            classOf.remove(members.pollLastEntry().getKey().name());
            size--;
            if (members.isEmpty()) {
                classes.remove(name);
            }
        }

        boolean remove(String itemId) {
            Rank name = classOf.remove(itemId);
            if (name == null) {
                return false;
            }
            size--;
            classes.computeIfPresent(name, (same, members) -> {
                members.remove(Rank.of(itemId));
                return members.isEmpty() ? null : members;
            });
            return true;
        }

        boolean thinned() {
            return leftOut && size < THIN * limit;
        }
    }
}
