package io.anchorstream.topology.streams;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Where a record behind an internal repartition came from in the first place; travels with it in one header. A failure
 * behind the repartition can name the record that a user wrote and could mend or send again.
 *
 * @param timestamp ms since the epoch
 */
public record RecordOrigin(String topic, int partition, long offset, long timestamp, String key) {
    private static final String HEADER = "anchorstream.origin";
    private static final String INTERNAL = "-repartition";

    /** The headers with this origin, in the place of any other. */
    public Headers in(Headers headers) {
        Headers marked = without(headers);
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        byte[] id = key.getBytes(StandardCharsets.UTF_8);
        return marked.add(
                HEADER,
                ByteBuffer.allocate(Integer.BYTES + 2 * Long.BYTES + Short.BYTES + name.length + id.length)
                        .putInt(partition)
                        .putLong(offset)
                        .putLong(timestamp)
                        .putShort((short) name.length)
                        .put(name)
                        .put(id)
                        .array());
    }

    /** A copy of the headers that tells of no origin. */
    public static Headers without(Headers headers) {
        return new RecordHeaders(headers).remove(HEADER);
    }

    /** The origin of a record of a topic; only internal ones are believed, since others anyone may write. */
    static Optional<RecordOrigin> of(String topic, Headers headers) {
        Header header = headers.lastHeader(HEADER);
        if (header == null || !topic.endsWith(INTERNAL)) {
            return Optional.empty();
        }
        ByteBuffer in = ByteBuffer.wrap(header.value());
        int partition = in.getInt();
        long offset = in.getLong();
        long timestamp = in.getLong();
        byte[] name = new byte[in.getShort()];
        in.get(name);
        byte[] key = new byte[in.remaining()];
        in.get(key);
        return Optional.of(new RecordOrigin(
                new String(name, StandardCharsets.UTF_8),
                partition,
                offset,
                timestamp,
                new String(key, StandardCharsets.UTF_8)));
    }
}
