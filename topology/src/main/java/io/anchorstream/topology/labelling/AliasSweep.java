package io.anchorstream.topology.labelling;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * Bounds the aliases of one partition, which would else grow with every merge for ever: whenever there are twice as many
 * as were left the last time, they are read and then all items are looked through, slice by slice. An alias of a label that no item carries any
 * more goes; the others name the class in use directly, so that none in between is needed. An item never gets a label
 * that is gone already, so that what was looked at stays true while the rest is. The aliases are then changed in slices
 * too, since all of several 100,000 would outlast a transaction. One thread owns it.
 */
final class AliasSweep {
    /** As few are not worth a look through all items. */
    static final int LEAST = 1_000;

    private final LabelStore store;
    private final int least;
    private int left;
    private @Nullable Pass pass;

    AliasSweep(LabelStore store, int least) {
        this.store = store;
        this.least = least;
    }

    /**
     * What a slice of a sweep changed.
     *
     * @param gone labels whose alias is no longer there
     * @param shortened labels whose alias names another class now: the one in use
     */
    record Swept(List<Long> gone, Map<Long, Long> shortened) {}

    /**
     * Begins, goes on with or ends a sweep.
     *
     * @param rows so many aliases and items are looked at, at most
     * @param changes so many aliases are gone through at most, once all items were looked at
     * @return what became of these; empty before
     */
    Optional<Swept> step(int rows, int changes) {
        if (pass == null && store.aliases() >= Math.max(least, 2L * left)) {
            pass = new Pass();
        }
        Pass under = pass;
        if (under == null || !under.look(store, rows)) {
            return Optional.empty();
        }
        Swept swept = under.change(store, changes);
        if (under.isOver()) {
            pass = null;
            left = store.aliases();
        }
        return Optional.of(swept);
    }

    /** One way through the labels that are gone, through the items, and then through the aliases of these labels. */
    private static final class Pass {
        private final TreeSet<Long> unseen = new TreeSet<>();
        private final Deque<Long> seen = new ArrayDeque<>();
        private OptionalLong unread = OptionalLong.of(0);
        private Optional<String> cursor = Optional.of("");

        /** True at the end. All labels before the first item: one that is gone by then comes to no item any more. */
        boolean look(LabelStore store, int rows) {
            int known = unseen.size();
            if (unread.isPresent()) {
                unread = store.gone(unread.getAsLong(), rows, unseen::add);
            }
            int rest = rows - (unseen.size() - known);
            if (unread.isEmpty() && cursor.isPresent() && rest > 0) {
                cursor = store.items(cursor.get(), rest, label -> {
                    if (unseen.remove(label)) {
                        seen.add(label);
                    }
                });
            }
            return unread.isEmpty() && cursor.isEmpty();
        }

        /** The needed ones all before the first that goes: until then their way may lead over it. */
        Swept change(LabelStore store, int most) {
            int rest = most;
            Map<Long, Long> shortened = new TreeMap<>();
            for (; rest > 0 && !seen.isEmpty(); rest--) {
                long label = seen.remove();
                long inUse = store.resolve(label);
                if (store.shorten(label, inUse)) {
                    shortened.put(label, inUse);
                }
            }
            List<Long> gone = new ArrayList<>();
            for (; rest > 0 && !unseen.isEmpty(); rest--) {
                long label = unseen.first();
                unseen.remove(label);
                store.forgetAlias(label);
                gone.add(label);
            }
            return new Swept(gone, shortened);
        }

        boolean isOver() {
            return seen.isEmpty() && unseen.isEmpty();
        }
    }
}
