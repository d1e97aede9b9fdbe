package io.anchorstream.topology.embedding;

import java.nio.ByteBuffer;

import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * What is known of an item apart from its picture. Small, because it is written for every embedded item while the
 * picture is written once.
 *
 * @param picturePartition source of the stored picture, -1 = none
 * @param labelPartition source of the label, -1 = none
 * @param embeddedOffset source offset of the last fresh vector, -1 = none
 * @param embeddedGeneration generation that vector was made for
 */
record Mark(
        int picturePartition,
        long pictureOffset,
        int labelPartition,
        long labelOffset,
        long label,
        long embeddedOffset,
        long embeddedGeneration) {
    static final Mark NEW = new Mark(-1, -1, -1, -1, -1, -1, -1);
    private static final int BYTES = 2 * Integer.BYTES + 5 * Long.BYTES;

    static Serde<Mark> serde() {
        return Serdes.serdeFrom((topic, it) -> it == null ? null : it.encode(), (topic, b) -> b == null ? null : of(b));
    }

    /** Picture and label of the same source record are there. */
    boolean isComplete() {
        return hasPicture() && picturePartition == labelPartition && pictureOffset == labelOffset;
    }

    boolean hasPicture() {
        return picturePartition >= 0;
    }

    boolean hasLabel() {
        return labelPartition >= 0;
    }

    /** Complete, and not embedded since it last changed. */
    boolean isDue() {
        return isComplete() && embeddedOffset != pictureOffset;
    }

    Mark withPicture(int partition, long offset) {
        // Offsets of two partitions say nothing of each other.
        long embedded = partition == picturePartition ? embeddedOffset : -1;
        return new Mark(partition, offset, labelPartition, labelOffset, label, embedded, embeddedGeneration);
    }

    Mark withLabel(int partition, long offset, long value) {
        return new Mark(picturePartition, pictureOffset, partition, offset, value, embeddedOffset, embeddedGeneration);
    }

    /** Without the picture and its label; a label that came ahead of the next picture stays. */
    Mark withoutPicture() {
        return labelPartition == picturePartition && labelOffset <= pictureOffset
                ? NEW
                : new Mark(-1, -1, labelPartition, labelOffset, label, -1, -1);
    }

    Mark embeddedFor(long generation) {
        return new Mark(picturePartition, pictureOffset, labelPartition, labelOffset, label, pictureOffset, generation);
    }

    private byte[] encode() {
        return ByteBuffer.allocate(BYTES)
                .putInt(picturePartition)
                .putLong(pictureOffset)
                .putInt(labelPartition)
                .putLong(labelOffset)
                .putLong(label)
                .putLong(embeddedOffset)
                .putLong(embeddedGeneration)
                .array();
    }

    private static Mark of(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new Mark(in.getInt(), in.getLong(), in.getInt(), in.getLong(), in.getLong(), in.getLong(), in.getLong());
    }
}
