package io.anchorstream.topology.versions;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.WeightChunk;
import io.anchorstream.model.training.ModelArtifact;

/**
 * Reads the weights or the checkpoint of a version when they are wanted. Keeps none, only where each version's chunks
 * begin, so that memory does not grow with the number of versions. Not thread-safe.
 */
public final class WeightReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);

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
     * @throws IOException if chunks are missing after {@code patience}, or do not agree with their digests
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
     * @throws IOException if chunks are missing after {@code patience}, or do not agree with their digests
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
        long deadline = clock.millis() + patience.toMillis();
        while (!assembly.isComplete() && (!reader.caughtUp() || clock.millis() < deadline)) {
            for (TopicReader.Entry<WeightChunk> entry : reader.poll(POLL)) {
                entry.value().ifPresent(chunk -> {
                    note(chunk.getVersion(), entry);
                    assembly.offer(chunk);
                });
                frontier.merge(entry.partition(), entry.offset() + 1, Math::max);
            }
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
