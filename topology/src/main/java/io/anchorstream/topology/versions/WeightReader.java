package io.anchorstream.topology.versions;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.WeightChunk;
import io.anchorstream.model.training.ModelArtifact;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Reads the weights or the checkpoint of a version when they are wanted. Keeps none, only where each version's chunks
 * begin, so that memory does not grow with the number of versions. Not thread-safe.
 */
public final class WeightReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);

    /** How long a topic may give nothing before its end is reached, as when a leader went away. */
    static final Duration STALLED = Duration.ofSeconds(60);

    private final TopicReader<WeightChunk> reader;
    private final Duration patience;
    private final Clock clock;
    private final Map<Long, Map<Integer, Long>> begins = new HashMap<>();
    private final Map<Integer, Long> frontier = new HashMap<>();

    /**
     * @param patience how long chunks may take to become readable after the version event: a transaction's end is
     *     written partition by partition
     */
    public WeightReader(TopicReader<WeightChunk> reader, Duration patience, Clock clock) {
        this.reader = reader;
        this.patience = patience;
        this.clock = clock;
    }

    /**
     * The checked weights of a version.
     *
     * @throws IncompleteChunksException if chunks are missing after {@code patience}
     * @throws IOException if chunks were deleted, or do not agree with their digests
     * @throws TimeoutException if the topic's end stays out of reach
     */
    public ModelArtifact read(ModelVersion version) throws IOException {
        byte[] weights = bytes(version.getVersion(), version.getWeightsBytes());
        String digest = Sha256.of(weights);
        if (!digest.equals(version.getWeightsDigest())) {
            throw new IOException("version " + version.getVersion() + ": the assembled weights have SHA-256 " + digest
                    + ", the version event names " + version.getWeightsDigest());
        }
        return new ModelArtifact(
                version.getNetwork(),
                version.getNetworkDigest(),
                weights,
                version.getWeightsDigest(),
                version.getDimension());
    }

    /**
     * What the chunks of a version hold together; each of them is checked.
     *
     * @param length of the whole, as the version event names it
     * @throws IncompleteChunksException if chunks are missing after {@code patience}
     * @throws IOException if chunks were deleted, or do not agree with their digests
     * @throws TimeoutException if the topic's end stays out of reach
     */
    public byte[] bytes(long version, long length) throws IOException {
        WeightChunks.Assembly assembly = new WeightChunks.Assembly(version, length);
        Map<Integer, Long> begin = begins.getOrDefault(version, frontier);
        for (int partition : reader.partitions()) {
            Long offset = begin.containsKey(partition) ? begin.get(partition) : frontier.get(partition);
            if (offset != null) {
                reader.seek(partition, offset);
            }
        }
        reader.chaseEnd();
        Set<String> deleted = new TreeSet<>();
        long moved = clock.millis();
        long deadline = moved + patience.toMillis();
        while (!assembly.isComplete() && (!reader.caughtUp() || clock.millis() < deadline)) {
            List<TopicReader.Entry<WeightChunk>> entries = reader.poll(POLL);
            for (TopicReader.Entry<WeightChunk> entry : entries) {
                WeightChunks.version(entry.key()).ifPresent(v -> note(v, entry));
                deleted.add(entry.key());
                entry.value().ifPresent(chunk -> {
                    note(chunk.getVersion(), entry);
                    deleted.remove(entry.key());
                    assembly.offer(chunk);
                });
                frontier.merge(entry.partition(), entry.offset() + 1, Math::max);
            }
            long now = clock.millis();
            if (!entries.isEmpty() || reader.caughtUp()) {
                moved = now;
            } else if (now >= moved + STALLED.toMillis()) {
                throw new TimeoutException("version " + version + ": no record for " + STALLED.toSeconds()
                        + " s, and the topic's end is not reached; do its partitions have leaders?");
            }
        }
        deleted.removeIf(key -> !WeightChunks.version(key).equals(OptionalLong.of(version)));
        if (!assembly.isComplete() && !deleted.isEmpty()) {
            throw new IOException("version " + version + ": chunks " + deleted + " were deleted from the topic");
        }
        return assembly.bytes();
    }

    private void note(long version, TopicReader.Entry<WeightChunk> entry) {
        begins.computeIfAbsent(version, v -> new HashMap<>()).merge(entry.partition(), entry.offset(), Math::min);
    }

    @Override
    public void close() {
        reader.close();
    }
}
