package io.anchorstream.topology.batching;

import java.nio.ByteBuffer;

/**
 * Where an item is buffered.
 *
 * @param number running number of the arrival; with the label the item's key
 */
record ItemPlace(long label, long number, boolean fresh) {

    byte[] toBytes() {
        return ByteBuffer.allocate(17)
                .putLong(label)
                .putLong(number)
                .put((byte) (fresh ? 1 : 0))
                .array();
    }

    static ItemPlace fromBytes(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new ItemPlace(buffer.getLong(), buffer.getLong(), buffer.get() != 0);
    }
}
