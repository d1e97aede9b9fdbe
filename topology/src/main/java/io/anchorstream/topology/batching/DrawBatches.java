package io.anchorstream.topology.batching;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.anchorstream.avro.BatchItem;
import io.anchorstream.avro.MiniBatch;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** Buffers labelled items and sends a mini-batch whenever one is due. */
public final class DrawBatches implements Processor<String, Object, String, MiniBatch> {
    /** Bounds the time that one punctuation takes. */
    private static final int MAX_FLUSHED_BATCHES = 4;

    private final BatchSettings settings;
    private final String textEncoder;
    private @Nullable ProcessorContext<String, MiniBatch> context;
    private @Nullable ClassBuffers buffers;
    private @Nullable PkSampler sampler;
    private int partition;
    private boolean quiet;

    /**
     * @param textEncoder version of the text vectors
     */
    public DrawBatches(BatchSettings settings, String textEncoder) {
        this.settings = settings;
        this.textEncoder = textEncoder;
    }

    @Override
    public void init(ProcessorContext<String, MiniBatch> context) {
        this.context = context;
        partition = context.taskId().partition();
        BufferStore store = new BufferStore(
                context.getStateStore(ClassBuffers.ITEMS_STORE), context.getStateStore(ClassBuffers.INDEX_STORE));
        buffers = new ClassBuffers(store, settings.bufferPerLabel(), Seeds.mix(settings.seed(), partition));
        sampler = new PkSampler(settings, partition, buffers);
        Duration quietFlush = settings.quietFlush();
        if (!quietFlush.isZero()) {
            context.schedule(quietFlush, PunctuationType.WALL_CLOCK_TIME, this::flush);
        }
    }

    @Override
    @SuppressWarnings("NullAway") // Kafka Streams calls init before process
    public void process(Record<String, Object> record) {
        quiet = false;
        if (record.value() instanceof BufferEvent.Arrived arrived) {
            buffers.arrive(
                    arrived.label(),
                    new BufferedItem(arrived.itemId(), arrived.confidence(), arrived.textVector(), arrived.image()));
        } else if (record.value() instanceof BufferEvent.Forgotten forgotten) {
            buffers.forget(forgotten.itemId());
        } else if (record.value() instanceof BufferEvent.Merged merged) {
            buffers.merge(merged.gone(), merged.kept());
        }
        while (sampler.isDue()) {
            send(record.timestamp());
        }
    }

    @SuppressWarnings("NullAway") // Kafka Streams calls init before punctuations
    private void flush(long now) {
        if (!quiet) {
            quiet = true;
            return;
        }
        for (int i = 0; i < MAX_FLUSHED_BATCHES && sampler.canDraw(); i++) {
            send(now);
        }
    }

    @SuppressWarnings("NullAway") // Kafka Streams calls init before process
    private void send(long timestamp) {
        List<Pick> picks = sampler.draw();
        long number = buffers.takeBatchNumber();
        List<BatchItem> items = new ArrayList<>(picks.size());
        // Replay first: a fresh item that enters the reservoir may push out one that was picked.
        picks.stream().filter(pick -> !pick.fresh()).forEach(pick -> items.add(buffers.draw(pick)));
        picks.stream().filter(Pick::fresh).forEach(pick -> items.add(buffers.draw(pick)));
        MiniBatch batch = new MiniBatch(partition, number, textEncoder, items);
        context.forward(new Record<>(Integer.toString(partition), batch, timestamp));
    }
}
