package io.anchorstream.service.deadletter;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import io.anchorstream.topology.streams.DeadLetterHeaders;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * One refused record.
 *
 * @param record as it lies on the dead-letter topic: original key, value and headers, with ours added
 */
public record DeadLetter(ConsumerRecord<byte[], byte[]> record) {
    private static final String OURS = "anchorstream.";
    /** Kafka Streams' own headers about an error (KIP-1034). */
    private static final String STREAMS = "__streams.errors.";

    /** Its address on the dead-letter topic: {@code partition:offset}. */
    public String id() {
        return record.partition() + ":" + record.offset();
    }

    public String key() {
        return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    }

    public String reason() {
        return header(DeadLetterHeaders.REASON).orElse("unknown");
    }

    public String detail() {
        return header(DeadLetterHeaders.DETAIL).orElse("");
    }

    /** Size of the original value in bytes. */
    public int bytes() {
        return record.value() == null ? 0 : record.value().length;
    }

    /** The partition the record was refused on; empty when its headers do not say. */
    public Optional<TopicPartition> source() {
        return header(DeadLetterHeaders.TOPIC).flatMap(topic -> number(DeadLetterHeaders.PARTITION)
                .map(partition -> new TopicPartition(topic, partition.intValue())));
    }

    /** Its offset there, -1 when unknown. */
    public long sourceOffset() {
        return number(DeadLetterHeaders.OFFSET).orElse(-1L);
    }

    /** All headers as text, in order. */
    public Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        record.headers().forEach(header -> headers.put(header.key(), text(header)));
        return headers;
    }

    /**
     * The record as it first was, for another try: same key, value and partition, without our headers.
     *
     * @throws IllegalStateException if its headers do not say where it came from
     */
    public ProducerRecord<byte[], byte[]> original() {
        TopicPartition source = source().orElseThrow(() -> new IllegalStateException("the dead letter " + id()
                + " does not say which topic it came from, so it cannot be sent again; save its bytes with"
                + " dead-letters show --value FILE and put them where they belong"));
        Headers headers = new RecordHeaders();
        for (Header header : record.headers()) {
            if (!header.key().startsWith(OURS) && !header.key().startsWith(STREAMS)) {
                headers.add(header);
            }
        }
        return new ProducerRecord<>(source.topic(), source.partition(), record.key(), record.value(), headers);
    }

    private Optional<String> header(String name) {
        return Optional.ofNullable(record.headers().lastHeader(name)).map(DeadLetter::text);
    }

    private Optional<Long> number(String name) {
        return header(name).filter(text -> text.matches("\\d{1,18}")).map(Long::valueOf);
    }

    private static String text(Header header) {
        return header.value() == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }
}
