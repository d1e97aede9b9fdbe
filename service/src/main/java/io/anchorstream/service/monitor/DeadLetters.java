package io.anchorstream.service.monitor;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** Counts refused records by reason and remembers the last ones. Thread-safe. */
public final class DeadLetters {
    private static final int REMEMBERED = 30;
    private static final int REASONS = 50;
    private static final int LONGEST_TEXT = 300;
    /** Kafka Streams' own dead letters carry the exception here (KIP-1034). */
    private static final List<String> STREAMS_HEADERS =
            List.of("__streams.errors.message", "__streams.errors.exception");

    private final Deque<DeadLetter> last = new ArrayDeque<>();
    private final Map<String, Long> byReason = new LinkedHashMap<>();
    private long count;

    public synchronized void apply(ConsumerRecord<byte[], byte[]> record) {
        count++;
        String reason = reasonOf(record);
        String counted = byReason.size() < REASONS || byReason.containsKey(reason) ? reason : "other";
        byReason.merge(counted, 1L, Long::sum);
        last.addFirst(new DeadLetter(
                text(record.key()),
                reason,
                detailOf(record),
                record.value() == null ? 0 : record.value().length,
                record.timestamp()));
        if (last.size() > REMEMBERED) {
            last.removeLast();
        }
    }

    public synchronized DeadLetterView view() {
        return new DeadLetterView(count, Map.copyOf(byReason), List.copyOf(last));
    }

    private static String reasonOf(ConsumerRecord<byte[], byte[]> record) {
        for (Header header : record.headers()) {
            if (header.key().toLowerCase(Locale.ROOT).endsWith("reason")) {
                return text(header.value());
            }
        }
        for (String name : STREAMS_HEADERS) {
            Header header = record.headers().lastHeader(name);
            if (header != null) {
                return text(header.value());
            }
        }
        return "unknown";
    }

    private static String detailOf(ConsumerRecord<byte[], byte[]> record) {
        for (Header header : record.headers()) {
            String name = header.key().toLowerCase(Locale.ROOT);
            if (name.endsWith("detail") || name.endsWith("message")) {
                return text(header.value());
            }
        }
        return "";
    }

    private static String text(byte[] bytes) {
        if (bytes == null) {
            return "";
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
    }

    /**
     * @param bytes size of the refused value
     * @param timestamp ms since the epoch
     */
    public record DeadLetter(String key, String reason, String detail, int bytes, long timestamp) {}

    /**
     * @param byReason counts
     * @param last newest first
     */
    public record DeadLetterView(long count, Map<String, Long> byReason, List<DeadLetter> last) {}
}
