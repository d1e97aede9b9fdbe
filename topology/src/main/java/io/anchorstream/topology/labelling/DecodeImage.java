package io.anchorstream.topology.labelling;

import java.nio.ByteBuffer;

import io.anchorstream.avro.CanonicalItem;
import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.image.ImageDecoder;
import io.anchorstream.model.image.RejectedImageException;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** Decodes the picture once for everybody, publishes it on catalog.images, and hands it on to labelling. */
final class DecodeImage implements Processor<String, Object, String, Object> {
    private final ImageDecoder decoder;
    private final String topic;
    private @Nullable ProcessorContext<String, Object> context;
    private @Nullable DeadLetterOutput deadLetters;

    DecodeImage(ImageDecoder decoder, String topic) {
        this.decoder = decoder;
        this.topic = topic;
    }

    @Override
    public void init(ProcessorContext<String, Object> context) {
        this.context = context;
        this.deadLetters = new DeadLetterOutput(context, topic);
    }

    @Override
    @SuppressWarnings("NullAway") // Kafka Streams calls init before process; a null value is a tombstone
    public void process(Record<String, Object> record) {
        if (!(record.value() instanceof ItemEvent.Encoded encoded)) {
            context.forward(record.withValue(null), LabelTopology.IMAGES);
            context.forward(record, LabelTopology.ROUTE);
            return;
        }
        CanonicalImage image;
        try {
            image = decoder.decode(bytes(encoded.item().getImage()));
        } catch (RejectedImageException e) {
            deadLetters.send(
                    record, encoded.original(), encoded.source(), e.reason().code(), String.valueOf(e.getMessage()));
            return;
        }
        ByteBuffer canonical = ByteBuffer.wrap(image.toBytes());
        CanonicalItem published = new CanonicalItem(
                canonical.duplicate(),
                encoded.item().getTitle(),
                decoder.preprocessing(),
                encoded.source().partition(),
                encoded.source().offset(),
                encoded.source().timestamp());
        context.forward(
                record.withValue(
                        new ItemEvent.Pictured(encoded.source(), encoded.item(), canonical, encoded.textVector())),
                LabelTopology.ROUTE);
        context.forward(record.withValue(published), LabelTopology.IMAGES);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        if (buffer.hasArray() && buffer.arrayOffset() == 0 && buffer.array().length == buffer.remaining()) {
            return buffer.array();
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
