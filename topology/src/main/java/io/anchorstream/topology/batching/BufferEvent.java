package io.anchorstream.topology.batching;

import java.nio.ByteBuffer;
import java.util.List;

/** What the class buffers of a partition are told. */
public sealed interface BufferEvent {

    /**
     * A labelled item that may be trained on. Replaces what the buffers knew of the item.
     *
     * @param image canonical image, encoded
     * @param textVector unit vector {@code float[T]}, or of length 0
     * @param attributes of the catalogue, as {@code name=value}
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Arrived(
            String itemId,
            long label,
            float confidence,
            ByteBuffer image,
            float[] textVector,
            String textEncoder,
            List<String> attributes)
            implements BufferEvent {
        public Arrived {
            attributes = List.copyOf(attributes);
        }
    }

    /** The item must never be drawn again. */
    record Forgotten(String itemId) implements BufferEvent {}

    /** Two labels became one; items of {@code gone} are of class {@code kept} from now on. */
    record Merged(long gone, long kept) implements BufferEvent {}
}
