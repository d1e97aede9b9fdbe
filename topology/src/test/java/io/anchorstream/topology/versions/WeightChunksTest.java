package io.anchorstream.topology.versions;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.VersionState;
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
        WeightChunks.Assembly assembly = new WeightChunks.Assembly(event(weights));
        chunks.forEach(assembly::offer);
        assertThat(assembly.isComplete()).isTrue();
        assertThat(assembly.weights()).isEqualTo(weights);
    }

    @Test
    void refusesAnAlteredChunk() {
        byte[] weights = weights(10);
        WeightChunk chunk = WeightChunks.split(3, weights).get(0);
        chunk.setBytes(ByteBuffer.wrap(weights(10, 2)));
        WeightChunks.Assembly assembly = new WeightChunks.Assembly(event(weights));
        assembly.offer(chunk);
        assertThatThrownBy(assembly::weights).isInstanceOf(IOException.class).hasMessageContaining("altered");
    }

    @Test
    void namesTheChunkThatIsMissing() {
        byte[] weights = weights(2_000_000);
        WeightChunks.Assembly assembly = new WeightChunks.Assembly(event(weights));
        assembly.offer(WeightChunks.split(3, weights).get(0));
        assertThat(assembly.isComplete()).isFalse();
        assertThatThrownBy(assembly::weights).hasMessageContaining("chunk 1 of 2 is not on the topic");
    }

    private static byte[] weights(int length) {
        return weights(length, 1);
    }

    private static byte[] weights(int length, int seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static ModelVersion event(byte[] weights) {
        return ModelVersion.newBuilder()
                .setVersion(3)
                .setState(VersionState.TRAINED)
                .setDimension(2)
                .setNetwork("{}")
                .setNetworkDigest("n")
                .setWeightsDigest(Sha256.of(weights))
                .setWeightsBytes(weights.length)
                .setTimestamp(1)
                .build();
    }
}
