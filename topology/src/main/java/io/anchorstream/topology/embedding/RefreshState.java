package io.anchorstream.topology.embedding;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

import io.anchorstream.topology.versions.ModelSource.Promotion;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * How far a partition is with the generation being built. Kept in a state store, so that a restart or another instance
 * goes on from here.
 *
 * @param targets the generation being built, then older ones down to the newest that is known to be complete: fresh
 *     items are embedded for the first and for the newest complete one
 * @param cursor item id up to which the refresh has come, in byte order; empty = nothing yet
 * @param done nothing is left to refresh
 * @param followsDone whether this partition may have reported the generation before as done: until the outcome is
 *     known, that one may be in service, and fresh items need a vector of it
 * @param slot where {@link VectorShelf} keeps the vectors of the generation being built
 */
record RefreshState(List<Promotion> targets, String cursor, boolean done, boolean followsDone, int slot) {
    private static final int MOST_TARGETS = 8;
    private static final int DONE = 1;
    private static final int FOLLOWS_DONE = 2;
    private static final int SECOND_SLOT = 4;

    RefreshState {
        targets = List.copyOf(targets);
    }

    static RefreshState begin(Promotion building) {
        return new RefreshState(List.of(building), "", false, false, 0);
    }

    Promotion building() {
        return targets.get(0);
    }

    /** A newer promotion takes over; what was being built stays a target only until it is known whether it is complete. */
    RefreshState supersededBy(Promotion next, boolean reportedDone) {
        List<Promotion> all = new ArrayList<>(List.of(next));
        all.addAll(targets.subList(0, Math.min(targets.size(), MOST_TARGETS - 1)));
        Promotion complete = targets.get(targets.size() - 1); // the newest known to be, or the first ever
        if (!all.contains(complete)) {
            all.set(all.size() - 1, complete);
        }
        int kept = slotOf(complete);
        return new RefreshState(
                all, "", false, reportedDone, next.version() == complete.version() ? kept : other(kept));
    }

    /**
     * Where the vectors of a target are kept. The newest complete generation has a slot of its own, unless the one being
     * built is of the same version; all others share the other.
     */
    int slotOf(Promotion target) {
        long complete = targets.get(targets.size() - 1).version();
        boolean apart = (target.version() == complete) != (building().version() == complete);
        return apart ? other(slot) : slot;
    }

    private static int other(int slot) {
        return VectorShelf.SLOTS - 1 - slot;
    }

    /** Drops the targets behind the newest complete one. */
    RefreshState settle(Predicate<Promotion> complete) {
        for (int i = 0; i < targets.size() - 1; i++) {
            if (complete.test(targets.get(i))) {
                return new RefreshState(targets.subList(0, i + 1), cursor, done, followsDone, slot);
            }
        }
        return this;
    }

    RefreshState at(String itemId) {
        return new RefreshState(targets, itemId, done, followsDone, slot);
    }

    RefreshState finished() {
        return new RefreshState(targets, cursor, true, followsDone, slot);
    }

    /** Whether the cursor has passed the item, in the order of the store. */
    boolean hasPassed(String itemId) {
        return !cursor.isEmpty()
                && Arrays.compareUnsigned(
                                itemId.getBytes(StandardCharsets.UTF_8), cursor.getBytes(StandardCharsets.UTF_8))
                        <= 0;
    }

    static Serde<RefreshState> serde() {
        return Serdes.serdeFrom((topic, it) -> it == null ? null : it.encode(), (topic, b) -> b == null ? null : of(b));
    }

    private byte[] encode() {
        byte[] id = cursor.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(2 + targets.size() * 2 * Long.BYTES + id.length)
                .put((byte) ((done ? DONE : 0) | (followsDone ? FOLLOWS_DONE : 0) | slot * SECOND_SLOT))
                .put((byte) targets.size());
        targets.forEach(it -> out.putLong(it.version()).putLong(it.generation()));
        return out.put(id).array();
    }

    private static RefreshState of(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        int flags = in.get();
        int count = in.get();
        List<Promotion> targets = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            targets.add(new Promotion(in.getLong(), in.getLong()));
        }
        byte[] id = new byte[in.remaining()];
        in.get(id);
        return new RefreshState(
                targets,
                new String(id, StandardCharsets.UTF_8),
                (flags & DONE) != 0,
                (flags & FOLLOWS_DONE) != 0,
                (flags & SECOND_SLOT) / SECOND_SLOT);
    }
}
