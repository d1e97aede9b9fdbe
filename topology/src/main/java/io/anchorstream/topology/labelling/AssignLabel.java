package io.anchorstream.topology.labelling;

import java.time.Duration;
import java.util.Optional;

import io.anchorstream.avro.HoldoutItem;
import io.anchorstream.avro.LabelAlias;
import io.anchorstream.avro.LabelledItem;
import io.anchorstream.avro.WeakLabel;
import io.anchorstream.topology.batching.BufferEvent;
import io.anchorstream.topology.streams.FloatList;
import io.anchorstream.topology.streams.RecordOrigin;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Gives each item its permanent label, publishes it, and sends the item to the hold-out or to the class buffers. An
 * update with the same text keeps its label and moves no centroid.
 *
 * <p>Deletions and labels of one item keep their order, since both pass its block. The exception: an item that is
 * deleted and comes back under another block, or moves between two held-out labels, within one commit interval is
 * handled by two tasks whose writes may land in either order; catalog.images has the item's true state.
 */
final class AssignLabel implements Processor<String, LabelledItem, String, Object> {
    private static final Duration SWEEP_EVERY = Duration.ofSeconds(5);
    /** Some milliseconds' worth. */
    private static final int LOOKED_AT_AT_ONCE = 5_000;
    /** Each is up to two records of the transaction, which has seconds. */
    private static final int CHANGED_AT_ONCE = 1_000;

    private final ClusterSettings settings;
    private final HoldoutRule holdout;
    private final StateFingerprint fingerprint;
    private final int leastAliases;
    private boolean noted;
    private @Nullable KeyValueStore<Bytes, byte[]> store;
    private @Nullable ProcessorContext<String, Object> context;
    private @Nullable ItemLabeller labeller;

    /** @param leastAliases fewer are not swept */
    AssignLabel(ClusterSettings settings, HoldoutRule holdout, StateFingerprint fingerprint, int leastAliases) {
        this.settings = settings;
        this.holdout = holdout;
        this.fingerprint = fingerprint;
        this.leastAliases = leastAliases;
    }

    @Override
    public void init(ProcessorContext<String, Object> context) {
        this.context = context;
        store = context.getStateStore(LabelTopology.LABELS_STORE);
        noted = false; // after an aborted transaction the same processor begins anew
        fingerprint.requireFits(store);
        labeller = new ItemLabeller(settings, holdout, context.taskId().partition(), store);
        AliasSweep sweep = labeller.sweep(leastAliases);
        context.schedule(
                SWEEP_EVERY, PunctuationType.WALL_CLOCK_TIME, now -> sweep.step(LOOKED_AT_AT_ONCE, CHANGED_AT_ONCE)
                        .ifPresent(swept -> publish(swept, now)));
    }

    @SuppressWarnings("NullAway") // Kafka Streams calls init before punctuations; null values are tombstones
    private void publish(AliasSweep.Swept swept, long now) {
        swept.shortened()
                .forEach((gone, inUse) -> context.forward(
                        new Record<>(Long.toString(gone), new LabelAlias(gone, inUse, labeller.block(inUse), now), now),
                        LabelTopology.ALIASES));
        swept.gone()
                .forEach(gone -> context.forward(new Record<>(Long.toString(gone), null, now), LabelTopology.ALIASES));
    }

    @Override
    @SuppressWarnings("NullAway") // Kafka Streams calls init before process
    public void process(Record<String, LabelledItem> record) {
        if (!noted) {
            // Not in init: a store takes writes on behalf of a record only.
            fingerprint.noteIn(store);
            noted = true;
        }
        LabelledItem item = record.value();
        Optional<LabelStore.ItemLabel> known = labeller.known(item.getItemId());
        if (item.getRemoved()) {
            remove(record, known);
        } else {
            assign(record, known);
        }
    }

    @SuppressWarnings("NullAway") // Kafka Streams calls init before process; null values are tombstones
    private void remove(Record<String, LabelledItem> record, Optional<LabelStore.ItemLabel> known) {
        LabelledItem item = record.value();
        labeller.forget(item.getItemId());
        if (item.getDeleted()) {
            forward(record, null, LabelTopology.LABELS);
        }
        // A test item is held out at its new block too: no tombstone that could overtake the new record.
        boolean heldOutAgain = !item.getDeleted() && ItemLabeller.isTest(item.getTruth());
        if (known.isPresent() && known.get().holdout() && !heldOutAgain) {
            forward(record, null, LabelTopology.HOLDOUT);
        }
        if (known.isPresent() && buffered(known.get())) {
            forward(record, new BufferEvent.Forgotten(item.getItemId()), LabelTopology.DRAW_BATCHES);
        }
    }

    @SuppressWarnings("NullAway") // Kafka Streams calls init before process; null values are tombstones
    private void assign(Record<String, LabelledItem> record, Optional<LabelStore.ItemLabel> known) {
        LabelledItem item = record.value();
        ItemLabeller.Given given = labeller.label(record.key(), item);
        given.merge().ifPresent(merge -> {
            forward(record, merge, LabelTopology.DRAW_BATCHES);
            LabelAlias alias = new LabelAlias(merge.gone(), merge.kept(), record.key(), record.timestamp());
            context.forward(
                    record.withKey(Long.toString(merge.gone()))
                            .<Object>withValue(alias)
                            .withHeaders(RecordOrigin.without(record.headers())),
                    LabelTopology.ALIASES);
        });
        forward(record, weakLabel(item, record.key(), given), LabelTopology.LABELS);
        if (known.isPresent() && buffered(known.get()) && !given.buffered()) {
            forward(record, new BufferEvent.Forgotten(item.getItemId()), LabelTopology.DRAW_BATCHES);
        }
        if (given.holdout()) {
            HoldoutItem held = new HoldoutItem(
                    given.label(), item.getImage(), item.getTextVector(), item.getCategory(), item.getTruth());
            forward(record, held, LabelTopology.HOLDOUT);
            return;
        }
        if (known.isPresent() && known.get().holdout()) {
            forward(record, null, LabelTopology.HOLDOUT);
        }
        if (given.buffered()) {
            forward(
                    record,
                    new BufferEvent.Arrived(
                            item.getItemId(),
                            given.label(),
                            given.confidence(),
                            item.getImage(),
                            FloatList.toArray(item.getTextVector()),
                            item.getTextEncoder(),
                            item.getAttributes()),
                    LabelTopology.DRAW_BATCHES);
        }
    }

    private static WeakLabel weakLabel(LabelledItem item, String block, ItemLabeller.Given given) {
        String source = item.getRuleName() != null
                ? item.getRuleName()
                : given.label() == ItemLabeller.NO_LABEL ? "none" : "cluster";
        return new WeakLabel(
                given.label(),
                given.confidence(),
                block,
                source,
                given.holdout(),
                item.getTextEncoder(),
                item.getSourcePartition(),
                item.getSourceOffset());
    }

    private static boolean buffered(LabelStore.ItemLabel given) {
        return given.label() != ItemLabeller.NO_LABEL && !given.holdout();
    }

    @SuppressWarnings("NullAway") // Kafka Streams calls init before process
    private void forward(Record<String, LabelledItem> record, @Nullable Object value, String child) {
        Record<String, Object> next = record.withKey(record.value().getItemId()).withValue(value);
        // Whoever reads the labels has no use for the record's way through this topology.
        context.forward(
                child.equals(LabelTopology.DRAW_BATCHES)
                        ? next
                        : next.withHeaders(RecordOrigin.without(record.headers())),
                child);
    }
}
