package io.anchorstream.topology.streams;

import java.nio.charset.StandardCharsets;

import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * The headers of a dead letter: why the record was refused and where it came from. Values are UTF-8 text. The record's
 * own headers stay beside them; key and value are the original bytes.
 */
public final class DeadLetterHeaders {
    /** Stable code in kebab case, e.g. {@code image-truncated}. */
    public static final String REASON = "anchorstream.reason";
    /** One sentence for people: the rule, the offending value, the way out. */
    public static final String DETAIL = "anchorstream.detail";
    /** Topic, partition, offset and timestamp (ms since the epoch) of the refused record. */
    public static final String TOPIC = "anchorstream.topic";

    public static final String PARTITION = "anchorstream.partition";
    public static final String OFFSET = "anchorstream.offset";
    public static final String TIMESTAMP = "anchorstream.timestamp";

    /**
     * Only there when the value is not the refused record's own: the internal topic whose form it has. The record itself is
     * to be read at the topic, partition and offset named.
     */
    public static final String VALUE_OF = "anchorstream.value-of";

    private static final int MAX_DETAIL = 1_000;

    private DeadLetterHeaders() {}

    /** The original headers with ours added. */
    public static Headers of(
            Headers original, String reason, String detail, String topic, int partition, long offset, long timestamp) {
        Headers headers = new RecordHeaders(original);
        put(headers, REASON, reason);
        put(headers, DETAIL, detail.length() <= MAX_DETAIL ? detail : detail.substring(0, MAX_DETAIL));
        put(headers, TOPIC, topic);
        put(headers, PARTITION, Integer.toString(partition));
        put(headers, OFFSET, Long.toString(offset));
        put(headers, TIMESTAMP, Long.toString(timestamp));
        return headers;
    }

    private static void put(Headers headers, String name, String value) {
        headers.remove(name);
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
