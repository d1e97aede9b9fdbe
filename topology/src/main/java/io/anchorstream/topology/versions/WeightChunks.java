package io.anchorstream.topology.versions;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.WeightChunk;
import org.jspecify.annotations.Nullable;

/** Cuts weights into chunks that fit a Kafka record, and puts them together again, checking each and the whole. */
public final class WeightChunks {
    /** Leaves room for the record's frame below the broker's default of 1 MiB. */
    public static final int MAX_BYTES = 1_000_000;

    private WeightChunks() {}

    /** Key of a chunk on {@code model.weights}. */
    public static String key(long version, int chunk) {
        return version + "/" + chunk;
    }

    /** How many chunks carry so many bytes; at least one. */
    public static int count(long bytes) {
        return (int) Math.max(1, (bytes + MAX_BYTES - 1) / MAX_BYTES);
    }

    /** The chunks of {@code weights}, in order. */
    public static List<WeightChunk> split(long version, byte[] weights) {
        int chunks = count(weights.length);
        List<WeightChunk> result = new ArrayList<>(chunks);
        for (int i = 0; i < chunks; i++) {
            int from = i * MAX_BYTES;
            int length = Math.min(MAX_BYTES, weights.length - from);
            result.add(WeightChunk.newBuilder()
                    .setVersion(version)
                    .setChunk(i)
                    .setChunks(chunks)
                    .setSha256(Sha256.of(weights, from, length))
                    .setBytes(ByteBuffer.wrap(weights, from, length))
                    .build());
        }
        return result;
    }

    /** Collects the chunks of one version, in any order and any number of times. */
    public static final class Assembly {
        private final ModelVersion version;
        private final @Nullable WeightChunk[] chunks;
        private int missing;

        public Assembly(ModelVersion version) {
            this.version = version;
            this.chunks = new WeightChunk[count(version.getWeightsBytes())];
            this.missing = chunks.length;
        }

        /** Whether the chunk belongs to this version; others are left alone. */
        public boolean offer(WeightChunk chunk) {
            if (chunk.getVersion() != version.getVersion()
                    || chunk.getChunk() < 0
                    || chunk.getChunk() >= chunks.length) {
                return false;
            }
            if (chunks[chunk.getChunk()] == null) {
                missing--;
            }
            chunks[chunk.getChunk()] = chunk;
            return true;
        }

        public boolean isComplete() {
            return missing == 0;
        }

        /**
         * The weights.
         *
         * @throws IOException if a chunk is missing or a digest does not agree
         */
        public byte[] weights() throws IOException {
            byte[] weights = new byte[Math.toIntExact(version.getWeightsBytes())];
            int at = 0;
            for (int i = 0; i < chunks.length; i++) {
                WeightChunk chunk = chunks[i];
                if (chunk == null) {
                    throw new IOException("version " + version.getVersion() + ": weight chunk " + i + " of "
                            + chunks.length + " is not on the topic");
                }
                ByteBuffer bytes = chunk.getBytes().duplicate();
                int length = bytes.remaining();
                if (length > weights.length - at) {
                    throw new IOException("version " + version.getVersion() + ": its chunks hold more than the "
                            + weights.length + " bytes that the version event names");
                }
                bytes.get(weights, at, length);
                String digest = Sha256.of(weights, at, length);
                if (!digest.equals(chunk.getSha256())) {
                    throw new IOException("version " + version.getVersion() + ": weight chunk " + i
                            + " was altered: SHA-256 " + digest + " instead of " + chunk.getSha256());
                }
                at += length;
            }
            String digest = Sha256.of(weights);
            if (at != weights.length || !digest.equals(version.getWeightsDigest())) {
                throw new IOException("version " + version.getVersion() + ": the assembled weights have SHA-256 "
                        + digest + ", the version event names " + version.getWeightsDigest());
            }
            return weights;
        }
    }
}
