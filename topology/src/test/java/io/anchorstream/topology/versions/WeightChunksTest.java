package io.anchorstream.topology.versions;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import io.anchorstream.avro.WeightChunk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class WeightChunksTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 999_999, 1_000_000, 1_000_001, 2_500_000})
    void bringsBackWhatWasCutInAnyOrder(int length) throws IOException {
        byte[] weights = weights(length);
        List<WeightChunk> chunks = new ArrayList<>(WeightChunks.split(3, weights));
        assertThat(chunks).allMatch(chunk -> chunk.getBytes().remaining() <= WeightChunks.MAX_BYTES);
        Collections.shuffle(chunks, new Random(1));
        WeightChunks.Assembly assembly = new WeightChunks.Assembly(3, weights.length);
        chunks.forEach(assembly::offer);
        assertThat(assembly.isComplete()).isTrue();
        assertThat(assembly.bytes()).isEqualTo(weights);
    }

    @Test
    void refusesAnAlteredChunk() {
        byte[] weights = weights(10);
        WeightChunk chunk = WeightChunks.split(3, weights).get(0);
        chunk.setBytes(ByteBuffer.wrap(weights(10, 2)));
        WeightChunks.Assembly assembly = new WeightChunks.Assembly(3, weights.length);
        assembly.offer(chunk);
        assertThatThrownBy(assembly::bytes).isInstanceOf(IOException.class).hasMessageContaining("altered");
    }

    @Test
    void namesTheChunkThatIsMissing() {
        byte[] weights = weights(2_000_000);
        WeightChunks.Assembly assembly = new WeightChunks.Assembly(3, weights.length);
        assembly.offer(WeightChunks.split(3, weights).get(0));
        assertThat(assembly.isComplete()).isFalse();
        assertThatThrownBy(assembly::bytes).hasMessageContaining("chunk 1 of 2 is not on the topic");
    }

    private static byte[] weights(int length) {
        return weights(length, 1);
    }

    private static byte[] weights(int length, int seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
