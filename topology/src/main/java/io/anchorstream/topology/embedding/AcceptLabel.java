package io.anchorstream.topology.embedding;

import io.anchorstream.avro.WeakLabel;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Puts the labels of {@code catalog.labels} beside the pictures. Whether an item lives is for its picture to say. */
final class AcceptLabel extends ContextualProcessor<String, WeakLabel, String, Emission> {
    @SuppressWarnings("NullAway.Init") // set by init
    private ItemShelf shelf;

    @Override
    public void init(ProcessorContext<String, Emission> context) {
        super.init(context);
        shelf = new ItemShelf(context, new VectorShelf(context, false));
    }

    @Override
    public void process(Record<String, WeakLabel> record) {
        WeakLabel label = record.value();
        // A tombstone may come after the label of an item that was added again; the picture's says what is gone.
        if (label != null) {
            shelf.putLabel(record.key(), label.getSourcePartition(), label.getSourceOffset(), label.getLabel());
        }
        context().recordMetadata().ifPresent(it -> context()
                .forward(record.withValue(new Emission.Read(false, it.offset()))));
    }
}
