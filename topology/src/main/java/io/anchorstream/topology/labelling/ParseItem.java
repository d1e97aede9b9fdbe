package io.anchorstream.topology.labelling;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.topology.pacing.Lateness;
import io.anchorstream.topology.streams.DeadLetterDeserializationHandler;
import io.anchorstream.topology.streams.FailureKind;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Bytes to {@link CatalogItem}. Done in a processor rather than by the source's serde, so that a dead letter of any
 * later step still has the original bytes. With the registry away it throws, and the task stops and tries again.
 */
final class ParseItem implements Processor<String, byte[], String, Object> {
    private static final int MAX_KEY_CHARS = 1_024;

    private final Deserializer<CatalogItem> deserializer;
    private final String topic;
    private final Lateness lateness;
    private @Nullable ProcessorContext<String, Object> context;
    private @Nullable DeadLetterOutput deadLetters;

    ParseItem(Deserializer<CatalogItem> deserializer, String topic, Lateness lateness) {
        this.deserializer = deserializer;
        this.topic = topic;
        this.lateness = lateness;
    }

    @Override
    public void init(ProcessorContext<String, Object> context) {
        this.context = context;
        this.deadLetters = new DeadLetterOutput(context, topic);
    }

    @Override
    @SuppressWarnings("NullAway") // Kafka Streams calls init before process; records may have null keys and values
    public void process(Record<String, byte[]> record) {
        lateness.tookUp(record.timestamp());
        var metadata = context.recordMetadata();
        SourcePosition source = new SourcePosition(
                metadata.map(m -> m.partition()).orElse(-1),
                metadata.map(m -> m.offset()).orElse(-1L),
                record.timestamp());
        String key = record.key();
        if (key == null || key.isBlank()) {
            deadLetters.send(record, record.value(), source, Refusal.NO_KEY, "an item needs its id as record key");
            return;
        }
        if (key.length() > MAX_KEY_CHARS) {
            deadLetters.send(
                    record,
                    record.value(),
                    source,
                    Refusal.KEY_TOO_LONG,
                    "an item id has at most " + MAX_KEY_CHARS + " characters, not " + key.length());
            return;
        }
        if (record.value() == null) {
            context.forward(record.withValue(new ItemEvent.Deleted(source)), LabelTopology.VALIDATE);
            return;
        }
        CatalogItem item;
        try {
            item = deserializer.deserialize(topic, record.headers(), record.value());
        } catch (SerializationException e) {
            if (FailureKind.of(e) == FailureKind.SURROUNDINGS) {
                throw e;
            }
            deadLetters.send(
                    record,
                    record.value(),
                    source,
                    DeadLetterDeserializationHandler.REASON,
                    String.valueOf(e.getMessage()));
            return;
        }
        context.forward(record.withValue(new ItemEvent.Parsed(source, item, record.value())), LabelTopology.VALIDATE);
    }
}
