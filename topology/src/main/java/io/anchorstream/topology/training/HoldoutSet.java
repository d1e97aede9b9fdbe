package io.anchorstream.topology.training;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.apache.kafka.common.utils.Utils;

/**
 * The hold-out in memory, bounded. When there are more items than fit, whole classes (or true groups) are kept by the
 * hash of their name: retrieval needs items with relevant neighbours, and every instance must choose the same ones.
 * Not thread-safe.
 */
public final class HoldoutSet {
    private static final Comparator<Rank> ORDER =
            Comparator.comparingLong(Rank::hash).thenComparing(Rank::itemId);

    private final int limit;
    private final TreeMap<Rank, HoldoutExample> kept = new TreeMap<>(ORDER);
    private final Map<String, Rank> ranks = new HashMap<>();
    private long changes;

    private record Rank(long hash, String itemId) {}

    /** @param limit most items to keep, {@code >= 1} */
    public HoldoutSet(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("a hold-out keeps at least one item, not " + limit);
        }
        this.limit = limit;
    }

    /** Adds an item or takes its new form in. */
    public void put(HoldoutExample example) {
        remove(example.itemId());
        Rank rank = new Rank(hash(className(example)), example.itemId());
        kept.put(rank, example);
        ranks.put(example.itemId(), rank);
        changes++;
        if (kept.size() > limit) {
            ranks.remove(kept.pollLastEntry().getKey().itemId());
        }
    }

    /** Forgets a deleted item. */
    public void remove(String itemId) {
        Rank rank = ranks.remove(itemId);
        if (rank != null) {
            kept.remove(rank);
            changes++;
        }
    }

    public int size() {
        return kept.size();
    }

    /** Counts every change. */
    public long changes() {
        return changes;
    }

    /** The items now, in an order that does not depend on how they came. */
    public List<HoldoutExample> items() {
        return List.copyOf(kept.values());
    }

    private static String className(HoldoutExample example) {
        return example.truth()
                .flatMap(HoldoutExample.Truth::group)
                .map(group -> "group:" + group)
                .orElse("label:" + example.label());
    }

    private static long hash(String name) {
        return Integer.toUnsignedLong(Utils.murmur2(name.getBytes(StandardCharsets.UTF_8)));
    }
}
