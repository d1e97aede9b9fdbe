package io.anchorstream.topology.labelling;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.model.text.ItemText;
import io.anchorstream.model.text.TextEncoder;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Adds the text vector. Before the picture is decoded and published: an item on whose text this fails becomes a dead
 * letter, and must leave nothing behind.
 */
final class EncodeText implements Processor<String, Object, String, Object> {
    private static final float[] NONE = {};

    private final TextEncoder encoder;
    private @Nullable ProcessorContext<String, Object> context;

    EncodeText(TextEncoder encoder) {
        this.encoder = encoder;
    }

    @Override
    public void init(ProcessorContext<String, Object> context) {
        this.context = context;
    }

    @Override
    @SuppressWarnings("NullAway") // Kafka Streams calls init before process
    public void process(Record<String, Object> record) {
        if (record.value() instanceof ItemEvent.Parsed parsed) {
            CatalogItem item = parsed.item();
            String text = ItemText.compose(item.getTitle(), item.getDescription(), item.getKeywords());
            float[] vector = text.isEmpty() ? NONE : encoder.encode(text).orElse(NONE);
            context.forward(record.withValue(new ItemEvent.Encoded(parsed.source(), item, parsed.original(), vector)));
        } else {
            context.forward(record);
        }
    }
}
