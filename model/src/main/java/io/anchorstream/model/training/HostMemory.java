package io.anchorstream.model.training;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Memory outside the Java heap that batches are decoded into. Used by one thread. */
interface HostMemory extends AutoCloseable {

    /** A direct buffer of native byte order. */
    ByteBuffer allocate(int bytes);

    /** A buffer of this memory is not used any more. */
    void free(ByteBuffer buffer);

    @Override
    void close();

    /** Memory that the system may move and that a GPU therefore takes through a copy of its driver's. */
    static HostMemory pageable() {
        return new HostMemory() {
            @Override
            public ByteBuffer allocate(int bytes) {
                return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
            }

            @Override
            public void free(ByteBuffer buffer) {}

            @Override
            public void close() {}
        };
    }
}
