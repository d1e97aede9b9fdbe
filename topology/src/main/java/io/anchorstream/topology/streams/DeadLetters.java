package io.anchorstream.topology.streams;

import java.util.Map;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigException;
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
}
