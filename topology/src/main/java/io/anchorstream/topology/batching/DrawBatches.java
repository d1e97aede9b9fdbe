package io.anchorstream.topology.batching;

import java.time.Duration;
import java.util.Optional;

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
    private @Nullable BatchDrawer drawer;
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
        drawer = new BatchDrawer(
                settings,
                context.taskId().partition(),
                textEncoder,
                context.getStateStore(ClassBuffers.ITEMS_STORE),
                context.getStateStore(ClassBuffers.INDEX_STORE));
        Duration quietFlush = settings.quietFlush();
        if (!quietFlush.isZero()) {
            context.schedule(quietFlush, PunctuationType.WALL_CLOCK_TIME, this::flush);
        }
    }

    @Override
    @SuppressWarnings("NullAway") // Kafka Streams calls init before process
    public void process(Record<String, Object> record) {
        quiet = false;
        if (record.value() instanceof BufferEvent event) {
            drawer.accept(event);
        }
        for (Optional<MiniBatch> due = drawer.due(); due.isPresent(); due = drawer.due()) {
            send(due.get(), record.timestamp());
        }
    }

    @SuppressWarnings("NullAway") // Kafka Streams calls init before punctuations
    private void flush(long now) {
        if (!quiet) {
            quiet = true;
            return;
        }
        for (int i = 0; i < MAX_FLUSHED_BATCHES; i++) {
            drawer.flush().ifPresent(batch -> send(batch, now));
        }
    }

    @SuppressWarnings("NullAway") // Kafka Streams calls init before process
    private void send(MiniBatch batch, long timestamp) {
        context.forward(new Record<>(Integer.toString(batch.getSampler()), batch, timestamp));
    }
}
