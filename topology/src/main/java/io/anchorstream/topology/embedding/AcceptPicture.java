package io.anchorstream.topology.embedding;

import io.anchorstream.avro.CanonicalItem;
import io.anchorstream.model.image.CanonicalImage;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Puts the pictures of {@code catalog.images} on the shelf, and takes deleted items off it. */
final class AcceptPicture extends ContextualProcessor<String, CanonicalItem, String, Emission> {
    @SuppressWarnings("NullAway.Init") // set by init
    private ItemShelf shelf;

    @Override
    public void init(ProcessorContext<String, Emission> context) {
        super.init(context);
        shelf = new ItemShelf(context, new VectorShelf(context, false));
    }

    @Override
    public void process(Record<String, CanonicalItem> record) {
        try {
            accept(record);
        } finally {
            context().recordMetadata().ifPresent(it -> context()
                    .forward(record.withValue(new Emission.Read(true, it.offset()))));
        }
    }

    private void accept(Record<String, CanonicalItem> record) {
        CanonicalItem item = record.value();
        if (item == null) {
            shelf.removePicture(record.key());
            context().forward(record.withValue(new Emission.Gone()));
            return;
        }
        byte[] image = new byte[item.getImage().remaining()];
        item.getImage().duplicate().get(image);
        // What throws becomes a dead letter.
        CanonicalImage.fromBytes(image);
        shelf.putPicture(
                record.key(),
                new StoredPicture(
                        item.getSourcePartition(),
                        item.getSourceOffset(),
                        item.getSourceTimestamp(),
                        item.getPreprocessing(),
                        image));
    }
}
