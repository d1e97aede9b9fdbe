package io.anchorstream.topology.labelling;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.avro.EvaluationTruth;
import io.anchorstream.avro.LabelledItem;
import io.anchorstream.topology.batching.BufferEvent;
import io.anchorstream.topology.labelling.LabelStore.ItemLabel;
import io.anchorstream.topology.streams.FloatList;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The permanent labels of one partition's items. An update with the same text keeps its label and moves no centroid.
 * Knows nothing of topics, so that a recorded catalogue is labelled by the same code as a stream. One thread owns it.
 */
public final class ItemLabeller {
    /** Of an item that nothing can be said of: it is embedded but not trained on. */
    public static final long NO_LABEL = -1;

    private final HoldoutRule holdout;
    private final LabelStore store;
    private final LeaderClustering clustering;

    /**
     * @param partition part of the ids, so that partitions never give the same one
     * @param store all that was ever given; labels are restored from it
     */
    public ItemLabeller(
            ClusterSettings settings, HoldoutRule holdout, int partition, KeyValueStore<Bytes, byte[]> store) {
        this.holdout = holdout;
        this.store = new LabelStore(store);
        this.clustering = new LeaderClustering(settings, holdout, partition, this.store);
        this.store.restore(clustering);
    }

    /**
     * What an item was given.
     *
     * @param label permanent id, or {@link #NO_LABEL}
     * @param confidence 0..1
     * @param holdout whether it must never be trained on
     * @param merge two labels that became one by this item
     */
    public record Given(long label, float confidence, boolean holdout, Optional<BufferEvent.Merged> merge) {
        /** Whether the item goes to the class buffers. */
        public boolean buffered() {
            return label != NO_LABEL && !holdout;
        }
    }

    /** Labels an item of a block and remembers what it was given. */
    public Given label(String block, LabelledItem item) {
        Optional<ItemLabel> known = known(item.getItemId());
        Optional<BufferEvent.Merged> merge = Optional.empty();
        ItemLabel given;
        boolean test = isTest(item.getTruth());
        float[] vector = FloatList.toArray(item.getTextVector());
        long textHash = 31L * Arrays.hashCode(vector) + vector.length;
        if (item.getRuleLabel() != null) {
            long id = clustering.named(item.getRuleLabel());
            given = given(
                    id, item.getRuleConfidence(), test, item.getRuleLabel().hashCode(), block);
        } else if (vector.length == 0) {
            given = given(NO_LABEL, 0, test, 0, block);
        } else if (known.isPresent()
                && known.get().textHash() == textHash
                && known.get().block().equals(block)) {
            given = given(store.resolve(known.get().label()), known.get().confidence(), test, textHash, block);
        } else {
            // Revisions of one item would look like many items of one product.
            if (known.isEmpty() || !known.get().block().equals(block)) {
                clustering.see(block, vector);
            }
            LeaderClustering.Assignment assignment = clustering.assign(block, vector);
            merge = assignment.merge().map(found -> new BufferEvent.Merged(found.gone(), found.kept()));
            given = given(assignment.label(), assignment.confidence(), test, textHash, block);
        }
        if (!known.equals(Optional.of(given))) {
            store.saveItem(item.getItemId(), given);
        }
        return new Given(given.label(), given.confidence(), given.holdout(), merge);
    }

    /** Follows merges to the label in use now. */
    public long resolve(long label) {
        return label == NO_LABEL ? NO_LABEL : store.resolve(label);
    }

    /** What bounds the aliases of this partition's labels. */
    AliasSweep sweep(int least) {
        return new AliasSweep(store, least);
    }

    /** The block in which a label was clustered; empty when its class is no longer there. */
    String block(long label) {
        return store.block(label).orElse("");
    }

    Optional<ItemLabel> known(String itemId) {
        return store.item(itemId);
    }

    void forget(String itemId) {
        store.forgetItem(itemId);
    }

    static boolean isTest(@Nullable EvaluationTruth truth) {
        return truth != null && truth.getTest();
    }

    private ItemLabel given(long id, float confidence, boolean test, long textHash, String block) {
        return new ItemLabel(id, confidence, test || holdout.holdsOut(id), textHash, block);
    }

    /** The item's attributes as {@code name=value}, by name: sets can then be compared without the catalogue's schema. */
    public static List<String> described(CatalogItem item) {
        return new TreeMap<>(item.getAttributes())
                .entrySet().stream()
                        .map(attribute -> attribute.getKey() + "=" + attribute.getValue())
                        .toList();
    }
}
