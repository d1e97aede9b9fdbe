package io.anchorstream.topology.streams;

import java.util.List;
import java.util.Map;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProcessingExceptionHandler;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A record on which a processor failed becomes a dead letter (KIP-1033, KIP-1034), written in the task's transaction;
 * without it one record would crash its task on every restart. Failures of the surroundings, and those of a punctuation,
 * which no record is to blame for, still stop the task.
 */
public final class DeadLetterProcessingHandler implements ProcessingExceptionHandler {
    /** Config key: the topic for dead letters. */
    public static final String TOPIC_CONFIG = "anchorstream.dead.letter.topic";

    static final String REASON = "processing-failed";

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterProcessingHandler.class);

    private String topic = "";

    @Override
    public void configure(Map<String, ?> configs) {
        topic = DeadLetters.topic(configs);
    }

    @Override
    public Response handleError(ErrorHandlerContext context, @Nullable Record<?, ?> record, Exception exception) {
        if (record != null && context.topic() == null) {
            LOG.warn(
                    "{} failed on a record that a punctuation handed on; whoever did decides what becomes of it",
                    context.processorNodeId(),
                    exception);
            return Response.fail();
        }
        if (record == null) {
            LOG.error(
                    "{} failed outside any record, so there is nothing to set aside: the task stops",
                    context.processorNodeId(),
                    exception);
            return Response.fail();
        }
        if (FailureKind.of(exception) == FailureKind.SURROUNDINGS) {
            return Response.fail();
        }
        LOG.warn(
                "{} failed on offset {} of {}-{}; the record goes to {}",
                context.processorNodeId(),
                context.offset(),
                context.topic(),
                context.partition(),
                topic,
                exception);
        ProducerRecord<byte[], byte[]> letter = DeadLetters.record(
                topic,
                context,
                REASON,
                context.processorNodeId() + ": " + exception,
                context.sourceRawKey(),
                context.sourceRawValue());
        return Response.resume(List.of(letter));
    }
}
