package io.anchorstream.topology.versions;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

import io.anchorstream.avro.WeightChunk;
import org.jspecify.annotations.Nullable;

/** Cuts weights and checkpoints into chunks that fit a Kafka record, and puts them together again, checking each. */
public final class WeightChunks {
    /** Leaves room for the record's frame below the broker's default of 1 MiB. */
    public static final int MAX_BYTES = 1_000_000;

    private WeightChunks() {}

    /** Key of a chunk on {@code model.weights} and {@code model.checkpoints}. */
    public static String key(long version, int chunk) {
        return version + "/" + chunk;
    }

    /** The version in a {@link #key}; empty for a key of anybody else's. */
    static OptionalLong version(String key) {
        try {
            return OptionalLong.of(Long.parseLong(key, 0, Math.max(0, key.indexOf('/')), 10));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /** How many chunks carry so many bytes; at least one. */
    public static int count(long bytes) {
        return (int) Math.max(1, (bytes + MAX_BYTES - 1) / MAX_BYTES);
    }

    /** The chunks of {@code bytes}, in order. */
    public static List<WeightChunk> split(long version, byte[] bytes) {
        int chunks = count(bytes.length);
        List<WeightChunk> result = new ArrayList<>(chunks);
        for (int i = 0; i < chunks; i++) {
            int from = i * MAX_BYTES;
            int length = Math.min(MAX_BYTES, bytes.length - from);
            result.add(WeightChunk.newBuilder()
                    .setVersion(version)
                    .setChunk(i)
                    .setChunks(chunks)
                    .setSha256(Sha256.of(bytes, from, length))
                    .setBytes(ByteBuffer.wrap(bytes, from, length))
                    .build());
        }
        return result;
    }

    /** Collects the chunks of one version, in any order and any number of times. */
    public static final class Assembly {
        private final long version;
        private final long length;
        private final @Nullable WeightChunk[] chunks;
        private int missing;

        /** @param length of the whole, in bytes, as the version event names it */
        public Assembly(long version, long length) {
            this.version = version;
            this.length = length;
            this.chunks = new WeightChunk[count(length)];
            this.missing = chunks.length;
        }

        /** Whether the chunk belongs to this version; others are left alone. */
        public boolean offer(WeightChunk chunk) {
            if (chunk.getVersion() != version || chunk.getChunk() < 0 || chunk.getChunk() >= chunks.length) {
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
         * The whole.
         *
         * @throws IncompleteChunksException if a chunk is missing
         * @throws IOException if a chunk was altered, or the length is not the expected one
         */
        public byte[] bytes() throws IOException {
            byte[] bytes = new byte[Math.toIntExact(length)];
            int at = 0;
            for (int i = 0; i < chunks.length; i++) {
                WeightChunk chunk = chunks[i];
                if (chunk == null) {
                    throw new IncompleteChunksException(
                            "version " + version + ": chunk " + i + " of " + chunks.length + " is not on the topic");
                }
                ByteBuffer piece = chunk.getBytes().duplicate();
                int size = piece.remaining();
                if (size > bytes.length - at) {
                    throw new IOException("version " + version + ": its chunks hold more than the " + length
                            + " bytes that the version event names");
                }
                piece.get(bytes, at, size);
                String digest = Sha256.of(bytes, at, size);
                if (!digest.equals(chunk.getSha256())) {
                    throw new IOException("version " + version + ": chunk " + i + " was altered: SHA-256 " + digest
                            + " instead of " + chunk.getSha256());
                }
                at += size;
            }
            if (at != bytes.length) {
                throw new IOException("version " + version + ": its chunks hold " + at + " bytes instead of the "
                        + length + " that the version event names");
            }
            return bytes;
        }
    }
}
