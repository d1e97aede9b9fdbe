package io.anchorstream.topology.streams;

import java.util.List;
import java.util.Map;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler;
import org.apache.kafka.streams.errors.ErrorHandlerContext;

/**
 * A record that cannot be read becomes a dead letter (KIP-1034), unless the registry is away: then the task stops and
 * reads it again later.
 */
public final class DeadLetterDeserializationHandler implements DeserializationExceptionHandler {
    /** Reason of a record that is no Avro record of a known schema. */
    public static final String REASON = "undecodable";

    private String topic = "";

    @Override
    public void configure(Map<String, ?> configs) {
        topic = DeadLetters.topic(configs);
    }

    @Override
    public Response handleError(
            ErrorHandlerContext context, ConsumerRecord<byte[], byte[]> record, Exception exception) {
        if (FailureKind.of(exception) == FailureKind.SURROUNDINGS) {
            return Response.fail();
        }
        ProducerRecord<byte[], byte[]> letter = DeadLetters.record(
                topic, context, REASON, String.valueOf(exception.getMessage()), record.key(), record.value());
        return Response.resume(List.of(letter));
    }
}
