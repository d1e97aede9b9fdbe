package io.anchorstream.topology.batching;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.anchorstream.avro.BatchItem;
import io.anchorstream.avro.MiniBatch;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The class buffers and the sampler of one partition: told what arrives, it gives the batches that are due. Knows nothing
 * of topics and clocks, so that a recorded catalogue goes through the same code as a stream. One thread owns it.
 */
public final class BatchDrawer {
    private final int partition;
    private final String textEncoder;
    private final ClassBuffers buffers;
    private final PkSampler sampler;

    /**
     * @param textEncoder version of the text vectors
     * @param items the store named {@link ClassBuffers#ITEMS_STORE}
     * @param index the store named {@link ClassBuffers#INDEX_STORE}
     */
    public BatchDrawer(
            BatchSettings settings,
            int partition,
            String textEncoder,
            KeyValueStore<Bytes, byte[]> items,
            KeyValueStore<Bytes, byte[]> index) {
        this.partition = partition;
        this.textEncoder = textEncoder;
        buffers = new ClassBuffers(
                new BufferStore(items, index), settings.bufferPerLabel(), Seeds.mix(settings.seed(), partition));
        sampler = new PkSampler(settings, partition, buffers);
    }

    public void accept(BufferEvent event) {
        if (event instanceof BufferEvent.Arrived arrived) {
            buffers.arrive(
                    arrived.label(),
                    new BufferedItem(
                            arrived.itemId(),
                            arrived.confidence(),
                            arrived.textVector(),
                            arrived.attributes(),
                            arrived.image()));
        } else if (event instanceof BufferEvent.Forgotten forgotten) {
            buffers.forget(forgotten.itemId());
        } else if (event instanceof BufferEvent.Merged merged) {
            buffers.merge(merged.gone(), merged.kept());
        }
    }

    /** The next full batch, once enough fresh items wait. */
    public Optional<MiniBatch> due() {
        return sampler.isDue() ? Optional.of(draw()) : Optional.empty();
    }

    /** The next batch of whatever waits, smaller than a full one when few items do. */
    public Optional<MiniBatch> flush() {
        return sampler.canDraw() ? Optional.of(draw()) : Optional.empty();
    }

    private MiniBatch draw() {
        List<Pick> picks = sampler.draw();
        long number = buffers.takeBatchNumber();
        List<BatchItem> items = new ArrayList<>(picks.size());
        // Replay first: a fresh item that enters the reservoir may push out one that was picked.
        picks.stream().filter(pick -> !pick.fresh()).forEach(pick -> items.add(buffers.draw(pick)));
        picks.stream().filter(Pick::fresh).forEach(pick -> items.add(buffers.draw(pick)));
        return new MiniBatch(partition, number, textEncoder, items);
    }
}
