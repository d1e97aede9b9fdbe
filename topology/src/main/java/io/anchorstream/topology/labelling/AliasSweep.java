package io.anchorstream.topology.labelling;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * Bounds the aliases of one partition, which would else grow with every merge for ever: whenever there are twice as many
 * as were left the last time, all items are looked through, slice by slice. An alias of a label that no item carries any
 * more goes; the others name the class in use directly, so that none in between is needed. An item never gets a label
 * that is gone already, so that what was looked at stays true while the rest is. One thread owns it.
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
     * What a finished sweep changed.
     *
     * @param gone labels whose alias is no longer there
     * @param shortened labels whose alias names another class now: the one in use
     */
    record Swept(List<Long> gone, Map<Long, Long> shortened) {}

    /** Begins, goes on with or ends a sweep: looks at so many items at most. */
    Optional<Swept> step(int items) {
        if (pass == null && store.aliases() >= Math.max(least, 2L * left)) {
            pass = new Pass(store.gone());
        }
        Pass under = pass;
        if (under == null || !under.look(store, items)) {
            return Optional.empty();
        }
        pass = null;
        Swept swept = under.finish(store);
        left = store.aliases();
        return Optional.of(swept);
    }

    /** One way through the items. */
    private static final class Pass {
        private final Set<Long> unseen;
        private final List<Long> seen = new ArrayList<>();
        private String cursor = "";

        Pass(Set<Long> gone) {
            unseen = new HashSet<>(gone);
        }

        /** True at the end. */
        boolean look(LabelStore store, int items) {
            Optional<String> next = store.items(cursor, items, label -> {
                if (unseen.remove(label)) {
                    seen.add(label);
                }
            });
            next.ifPresent(at -> cursor = at);
            return next.isEmpty();
        }

        Swept finish(LabelStore store) {
            Map<Long, Long> shortened = new TreeMap<>();
            for (long label : seen) {
                long inUse = store.resolve(label);
                if (store.shorten(label, inUse)) {
                    shortened.put(label, inUse);
                }
            }
            unseen.forEach(store::forgetAlias);
            return new Swept(unseen.stream().sorted().toList(), shortened);
        }
    }
}
