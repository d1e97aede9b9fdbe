package io.anchorstream.model.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;

/**
 * Frozen inverse document frequencies over hashed terms: {@code ln((1 + N) / (1 + df)) + 1}. Frozen, because weights that
 * move with the stream would move every similarity with them; a new table is a new version.
 */
public final class IdfTable {
    static final int BUCKETS = 1 << 18;

    /** So frequent in any English catalogue that they would make unlike items alike. */
    private static final List<String> FUNCTION_WORDS = List.of(
            "a an and are as at be by for from has have in is it its of on or that the this to was were will with you"
                    .split(" "));

    private final float[] weights;
    private final String version;

    private IdfTable(float[] weights, String version) {
        this.weights = weights;
        this.version = version;
    }

    /** Every term weighs the same, but for English function words, which weigh a tenth. */
    public static IdfTable plain() {
        float[] weights = new float[BUCKETS];
        Arrays.fill(weights, 1);
        for (String word : FUNCTION_WORDS) {
            weights[bucket(TermHash.of(word))] = 0.1f;
        }
        return new IdfTable(weights, "plain1");
    }

    /** Counts a sample of texts, e.g. the first thousands of a catalogue, and freezes. */
    public static IdfTable learn(Iterable<String> texts) {
        int[] documents = new int[BUCKETS];
        int[] lastSeen = new int[BUCKETS];
        int[] count = new int[1];
        for (String text : texts) {
            int document = ++count[0];
            Terms.of(text).forEach((term, frequency) -> {
                int bucket = bucket(term);
                if (lastSeen[bucket] != document) {
                    lastSeen[bucket] = document;
                    documents[bucket]++;
                }
            });
        }
        float[] weights = new float[BUCKETS];
        for (int i = 0; i < BUCKETS; i++) {
            weights[i] = (float) (Math.log((1.0 + count[0]) / (1.0 + documents[i])) + 1);
        }
        return of(weights);
    }

    /** Reads what {@link #write} wrote. */
    public static IdfTable read(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length != BUCKETS * Float.BYTES) {
            throw new IOException("an IDF table has " + BUCKETS * Float.BYTES + " bytes, but " + file + " has "
                    + bytes.length + "; write it again with IdfTable.write");
        }
        float[] weights = new float[BUCKETS];
        ByteBuffer.wrap(bytes).asFloatBuffer().get(weights);
        return of(weights);
    }

    public void write(Path file) {
        try {
            Files.write(file, bytes(weights));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the IDF table to " + file, e);
        }
    }

    /** Changes with any weight. */
    public String version() {
        return version;
    }

    float weight(long term) {
        return weights[bucket(term)];
    }

    private static IdfTable of(float[] weights) {
        CRC32 sum = new CRC32();
        sum.update(bytes(weights));
        return new IdfTable(weights, String.format(Locale.ROOT, "idf-%08x", sum.getValue()));
    }

    private static byte[] bytes(float[] weights) {
        ByteBuffer buffer = ByteBuffer.allocate(weights.length * Float.BYTES);
        buffer.asFloatBuffer().put(weights);
        return buffer.array();
    }

    private static int bucket(long term) {
        return (int) (term >>> 46);
    }
}
