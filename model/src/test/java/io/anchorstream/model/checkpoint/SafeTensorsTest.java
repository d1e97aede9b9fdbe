package io.anchorstream.model.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SafeTensorsTest {
    private static Map<String, Tensor> tensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("b", Tensor.of(new float[] {1, -2, 3, 4, 5, Float.MIN_VALUE}, 2, 3));
        tensors.put("a", Tensor.of(new long[] {Long.MIN_VALUE, 7}));
        tensors.put("c", Tensor.of(new double[] {Math.PI}));
        tensors.put("d", Tensor.of(new byte[] {1, 2, 3}));
        return tensors;
    }

    @Test
    void readsBackWhatWasWritten() {
        SafeTensors.Content content = SafeTensors.fromBytes(SafeTensors.toBytes(tensors(), Map.of("format", "pt")));

        assertThat(content.tensors().keySet()).containsExactly("b", "a", "c", "d");
        assertThat(tensor(content, "b").shape()).containsExactly(2, 3);
        assertThat(tensor(content, "b").floats()).containsExactly(1, -2, 3, 4, 5, Float.MIN_VALUE);
        assertThat(tensor(content, "a").longs()).containsExactly(Long.MIN_VALUE, 7);
        assertThat(tensor(content, "c").doubles()).containsExactly(Math.PI);
        assertThat(tensor(content, "d").data()).containsExactly(1, 2, 3);
        assertThat(content.metadata()).containsExactly(Map.entry("format", "pt"));
    }

    private static Tensor tensor(SafeTensors.Content content, String name) {
        return Objects.requireNonNull(content.tensors().get(name), name);
    }

    @Test
    void followsTheLayoutThatOtherProgramsRead() {
        byte[] bytes = SafeTensors.toBytes(Map.of("w", Tensor.of(new float[] {1.5f}, 1)), Map.of());

        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int header = (int) buffer.getLong();
        assertThat(header % 8).isZero();
        assertThat(new String(bytes, 8, header, StandardCharsets.UTF_8).trim())
                .isEqualTo("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}");
        assertThat(buffer.getFloat(8 + header)).isEqualTo(1.5f);
    }

    @Test
    void refusesATruncatedFile() {
        byte[] whole = SafeTensors.toBytes(tensors(), Map.of());

        assertThatThrownBy(() -> SafeTensors.fromBytes(Arrays.copyOf(whole, whole.length - 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tensor d")
                .hasMessageContaining("truncated");
        assertThatThrownBy(() -> SafeTensors.fromBytes(Arrays.copyOf(whole, 40)))
                .hasMessageContaining("cannot have a header");
        assertThatThrownBy(() -> SafeTensors.fromBytes(new byte[3])).hasMessageContaining("there are 3");
    }

    @Test
    void refusesATensorWhoseShapeAndDataDisagree() {
        assertThatThrownBy(() -> Tensor.of(new float[] {1, 2, 3}, 2, 2)).hasMessageContaining("16 bytes, not 12");
    }
}
