package io.anchorstream.topology.batching;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class BufferedItemTest {
    private final BufferedItem item = new BufferedItem(
            "é", 0.5f, new float[] {1, -2}, List.of("colour=blau", "größe=38"), ByteBuffer.wrap(new byte[] {7, 8}));

    @Test
    void comesBackAsItWasStored() {
        BufferedItem back = BufferedItem.fromBytes(item.toBytes());

        assertThat(back.itemId()).isEqualTo("é");
        assertThat(back.confidence()).isEqualTo(0.5f);
        assertThat(back.textVector()).containsExactly(1, -2);
        assertThat(back.attributes()).containsExactly("colour=blau", "größe=38");
        assertThat(back.image()).isEqualTo(item.image());
    }

    @Test
    void readsItemsStoredBeforeThereWereAttributes() {
        ByteBuffer old = ByteBuffer.allocate(64);
        old.put((byte) 1).putFloat(0.25f).putInt(1).putInt(1);
        old.put("a".getBytes(StandardCharsets.UTF_8)).putFloat(3).put((byte) 9);
        byte[] stored = new byte[old.position()];
        old.flip().get(stored);

        BufferedItem back = BufferedItem.fromBytes(stored);

        assertThat(back.itemId()).isEqualTo("a");
        assertThat(back.textVector()).containsExactly(3);
        assertThat(back.attributes()).isEmpty();
        assertThat(back.image().remaining()).isEqualTo(1);
    }

    @Test
    void refusesAFormatOfTheFuture() {
        byte[] stored = item.toBytes();
        stored[0] = 9;

        assertThatThrownBy(() -> BufferedItem.fromBytes(stored)).hasMessageContaining("format 9");
    }
}
