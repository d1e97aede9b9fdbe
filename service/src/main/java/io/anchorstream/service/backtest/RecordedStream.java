package io.anchorstream.service.backtest;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.avro.LabelledItem;
import io.anchorstream.avro.MiniBatch;
import io.anchorstream.model.training.TrainingBatch;
import io.anchorstream.service.ingest.ItemWriter;
import io.anchorstream.topology.batching.BatchDrawer;
import io.anchorstream.topology.batching.BufferEvent;
import io.anchorstream.topology.batching.ClassBuffers;
import io.anchorstream.topology.labelling.BlockChooser;
import io.anchorstream.topology.labelling.ItemLabeller;
import io.anchorstream.topology.labelling.LabelSettings;
import io.anchorstream.topology.labelling.Vote;
import io.anchorstream.topology.streams.FloatList;
import io.anchorstream.topology.training.Batches;
import org.apache.kafka.common.utils.Utils;

/**
 * The label role's classes driven by a list instead of a topic: the same votes, blocks, partitions, labels, buffers and
 * draws as a stream of these items in this order would get.
 */
final class RecordedStream {
    private final LabelSettings settings;
    private final String textEncoder;
    private final BlockChooser chooser;
    private final List<ItemLabeller> labellers = new ArrayList<>();
    private final List<BatchDrawer> drawers = new ArrayList<>();
    private final List<TrainingBatch> batches = new ArrayList<>();
    private final Map<String, BacktestItem> items = new HashMap<>();
    private final Map<String, Integer> partitions = new LinkedHashMap<>();
    private final Map<String, Long> given = new HashMap<>();

    private RecordedStream(LabelSettings settings, String textEncoder) {
        this.settings = settings;
        this.textEncoder = textEncoder;
        this.chooser = new BlockChooser(settings.clustering().textBits());
        for (int partition = 0; partition < settings.partitions(); partition++) {
            labellers.add(new ItemLabeller(
                    settings.clustering(), settings.holdout(), partition, new InMemoryBytesStore("labels")));
            drawers.add(new BatchDrawer(
                    settings.batching(),
                    partition,
                    textEncoder,
                    new InMemoryBytesStore(ClassBuffers.ITEMS_STORE),
                    new InMemoryBytesStore(ClassBuffers.INDEX_STORE)));
        }
    }

    /**
     * Groups arrive one after the other in a seeded random order, as products enter a catalogue; with several passes all
     * of it comes again, in another order.
     *
     * @param textEncoder version of the text vectors
     */
    static Recording record(
            List<BacktestItem> train, int passes, LabelSettings settings, String textEncoder, long seed) {
        RecordedStream stream = new RecordedStream(settings, textEncoder);
        for (int pass = 0; pass < passes; pass++) {
            arrivals(train, seed * 31 + pass).forEach(stream::arrive);
            stream.end();
        }
        Map<String, Long> labels = new HashMap<>();
        stream.partitions.forEach((id, partition) ->
                labels.put(id, stream.labellers.get(partition).resolve(Objects.requireNonNull(stream.given.get(id)))));
        return new Recording(stream.batches, labels);
    }

    private static List<BacktestItem> arrivals(List<BacktestItem> train, long seed) {
        Map<String, List<BacktestItem>> groups = new LinkedHashMap<>();
        train.forEach(item -> groups.computeIfAbsent(item.group(), unseen -> new ArrayList<>())
                .add(item));
        SplittableRandom random = new SplittableRandom(seed);
        List<BacktestItem> arrivals = new ArrayList<>();
        for (String group : Shuffled.of(groups.keySet(), random)) {
            arrivals.addAll(Shuffled.of(groups.getOrDefault(group, List.of()), random));
        }
        return arrivals;
    }

    private void arrive(BacktestItem item) {
        items.put(item.id(), item);
        CatalogItem sent = ItemWriter.item(item.entry(), Optional.empty());
        Optional<Vote> vote = settings.functions().vote(sent);
        String block =
                chooser.block(item.id(), vote.map(Vote::label).orElse(null), sent.getCategory(), item.textVector());
        int partition = partition(block);
        LabelledItem.Builder labelled = LabelledItem.newBuilder()
                .setItemId(item.id())
                .setTextVector(FloatList.of(item.textVector()))
                .setTextEncoder(textEncoder)
                .setTruth(sent.getTruth())
                .setCategory(sent.getCategory());
        vote.ifPresent(winner -> labelled.setRuleLabel(winner.label())
                .setRuleName(winner.functions())
                .setRuleConfidence(winner.confidence()));
        ItemLabeller.Given label = labellers.get(partition).label(block, labelled.build());
        partitions.put(item.id(), partition);
        given.put(item.id(), label.label());
        BatchDrawer drawer = drawers.get(partition);
        label.merge().ifPresent(drawer::accept);
        if (label.buffered()) {
            drawer.accept(new BufferEvent.Arrived(
                    item.id(),
                    label.label(),
                    label.confidence(),
                    ByteBuffer.allocate(0),
                    item.textVector(),
                    textEncoder,
                    ItemLabeller.described(sent)));
        }
        for (Optional<MiniBatch> due = drawer.due(); due.isPresent(); due = drawer.due()) {
            keep(due.get());
        }
    }

    /** What the service's flush after a quiet time does; without one, the rest waits for ever there too. */
    private void end() {
        if (settings.batching().quietFlush().isZero()) {
            return;
        }
        for (BatchDrawer drawer : drawers) {
            for (Optional<MiniBatch> rest = drawer.flush(); rest.isPresent(); rest = drawer.flush()) {
                keep(rest.get());
            }
        }
    }

    /** The partition that Kafka's own partitioner gives a record with this key. */
    private int partition(String block) {
        return Utils.toPositive(Utils.murmur2(block.getBytes(StandardCharsets.UTF_8))) % settings.partitions();
    }

    /** Pictures stay out of the buffers and are put back here: there is one copy of each however often it is drawn. */
    private void keep(MiniBatch batch) {
        batches.add(new TrainingBatch(
                batch.getSampler(),
                batch.getNumber(),
                batch.getItems().stream()
                        .map(item -> {
                            BacktestItem known = Objects.requireNonNull(items.get(item.getItemId()));
                            return Batches.example(item, known.image());
                        })
                        .toList()));
    }
}
