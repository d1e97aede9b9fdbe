package io.anchorstream.topology.labelling;

import io.anchorstream.topology.streams.DeadLetterHeaders;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** Sends a refused item, as it came, to the dead-letter sink. A refused update leaves the last good version in place. */
final class DeadLetterOutput {
    private final ProcessorContext<String, Object> context;
    private final String topic;

    /**
     * @param topic that the items came from
     */
    DeadLetterOutput(ProcessorContext<String, Object> context, String topic) {
        this.context = context;
        this.topic = topic;
    }

    void send(Record<String, ?> record, byte[] original, SourcePosition source, String reason, String detail) {
        Headers headers = DeadLetterHeaders.of(
                record.headers(), reason, detail, topic, source.partition(), source.offset(), source.timestamp());
        context.forward(
                new Record<>(record.key(), (Object) original, record.timestamp(), headers), LabelTopology.DEAD_LETTERS);
    }
}
