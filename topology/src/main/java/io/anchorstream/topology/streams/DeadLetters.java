package io.anchorstream.topology.streams;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.errors.ErrorHandlerContext;

/** Makes the records that the exception handlers send. */
final class DeadLetters {
    private DeadLetters() {}

    static String topic(Map<String, ?> configs) {
        Object topic = configs.get(DeadLetterProcessingHandler.TOPIC_CONFIG);
        if (topic == null) {
            throw new ConfigException(DeadLetterProcessingHandler.TOPIC_CONFIG
                    + " must name the dead-letter topic; StreamsSettings sets it");
        }
        return topic.toString();
    }

    static ProducerRecord<byte[], byte[]> record(
            String topic, ErrorHandlerContext context, String reason, String detail, byte[] key, byte[] value) {
        Optional<RecordOrigin> origin = RecordOrigin.of(context.topic(), context.headers());
        if (origin.isPresent()) {
            return record(topic, context, origin.get(), reason, detail, value);
        }
        return new ProducerRecord<>(
                topic,
                null,
                null,
                key,
                value,
                DeadLetterHeaders.of(
                        context.headers(),
                        reason,
                        detail,
                        context.topic(),
                        context.partition(),
                        context.offset(),
                        context.timestamp()));
    }

    /** A letter about the record that a user wrote; its value is what had been made of it, and a header says so. */
    private static ProducerRecord<byte[], byte[]> record(
            String topic,
            ErrorHandlerContext context,
            RecordOrigin origin,
            String reason,
            String detail,
            byte[] value) {
        Headers headers = DeadLetterHeaders.of(
                RecordOrigin.without(context.headers()),
                reason,
                detail,
                origin.topic(),
                origin.partition(),
                origin.offset(),
                origin.timestamp());
        headers.add(DeadLetterHeaders.VALUE_OF, context.topic().getBytes(StandardCharsets.UTF_8));
        return new ProducerRecord<>(topic, null, null, origin.key().getBytes(StandardCharsets.UTF_8), value, headers);
    }
}
