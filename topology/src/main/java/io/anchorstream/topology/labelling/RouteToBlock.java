package io.anchorstream.topology.labelling;

import java.util.Optional;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.avro.LabelledItem;
import io.anchorstream.topology.streams.FloatList;
import io.anchorstream.topology.streams.RecordOrigin;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Lets the labelling functions vote, and sends the item to its block. Remembers each item's block, so that a deletion
 * finds it, and an item whose block has changed is forgotten at the old one first.
 */
final class RouteToBlock implements Processor<String, Object, String, LabelledItem> {
    private final LabellingFunctions functions;
    private final BlockChooser chooser;
    private final String textEncoder;
    private final String topic;
    private @Nullable ProcessorContext<String, LabelledItem> context;
    private @Nullable KeyValueStore<String, String> blocks;

    /**
     * @param topic that the items came from
     */
    RouteToBlock(LabellingFunctions functions, BlockChooser chooser, String textEncoder, String topic) {
        this.topic = topic;
        this.functions = functions;
        this.chooser = chooser;
        this.textEncoder = textEncoder;
    }

    @Override
    public void init(ProcessorContext<String, LabelledItem> context) {
        this.context = context;
        this.blocks = context.getStateStore(LabelTopology.BLOCKS_STORE);
    }

    @Override
    @SuppressWarnings("NullAway") // Kafka Streams calls init before process; stores return null for unknown keys
    public void process(Record<String, Object> record) {
        String itemId = record.key();
        String known = blocks.get(itemId);
        if (record.value() instanceof ItemEvent.Deleted deleted) {
            // Also for an item never seen: its dead letters' consumers may wait for the tombstone.
            String block = known == null ? chooser.block(itemId, null, null, new float[0]) : known;
            blocks.delete(itemId);
            forward(
                    record,
                    block,
                    removal(itemId, deleted.source()).setDeleted(true).build());
            return;
        }
        if (!(record.value() instanceof ItemEvent.Pictured pictured)) {
            throw new IllegalStateException(
                    "items must have their pictures and text vectors before they are routed, not " + record.value());
        }
        CatalogItem item = pictured.item();
        Optional<Vote> vote = functions.vote(item);
        String block =
                chooser.block(itemId, vote.map(Vote::label).orElse(null), item.getCategory(), pictured.textVector());
        if (known != null && !known.equals(block)) {
            forward(
                    record,
                    known,
                    removal(itemId, pictured.source()).setTruth(item.getTruth()).build());
        }
        if (!block.equals(known)) {
            blocks.put(itemId, block);
        }
        forward(record, block, labelled(itemId, pictured, vote));
    }

    private LabelledItem labelled(String itemId, ItemEvent.Pictured pictured, Optional<Vote> vote) {
        CatalogItem item = pictured.item();
        SourcePosition source = pictured.source();
        LabelledItem.Builder labelled = LabelledItem.newBuilder()
                .setItemId(itemId)
                .setImage(pictured.image())
                .setTextVector(FloatList.of(pictured.textVector()))
                .setTextEncoder(textEncoder)
                .setTruth(item.getTruth())
                .setCategory(item.getCategory())
                .setAttributes(ItemLabeller.described(item))
                .setSourcePartition(source.partition())
                .setSourceOffset(source.offset())
                .setSourceTimestamp(source.timestamp());
        vote.ifPresent(winner -> labelled.setRuleLabel(winner.label())
                .setRuleName(winner.functions())
                .setRuleConfidence(winner.confidence()));
        return labelled.build();
    }

    private static LabelledItem.Builder removal(String itemId, SourcePosition source) {
        return LabelledItem.newBuilder()
                .setItemId(itemId)
                .setRemoved(true)
                .setSourcePartition(source.partition())
                .setSourceOffset(source.offset())
                .setSourceTimestamp(source.timestamp());
    }

    @SuppressWarnings("NullAway") // Kafka Streams calls init before process
    private void forward(Record<String, Object> record, String block, LabelledItem value) {
        RecordOrigin origin = new RecordOrigin(
                topic,
                value.getSourcePartition(),
                value.getSourceOffset(),
                value.getSourceTimestamp(),
                value.getItemId());
        context.forward(record.withKey(block).withValue(value).withHeaders(origin.in(record.headers())));
    }
}
