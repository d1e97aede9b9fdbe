package io.anchorstream.model.training;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Page-locked memory, which a GPU copies from directly. What the system refuses to lock, by its limit on locked memory say,
 * is used as it is, after one warning: it is slower and nothing else.
 */
final class PinnedMemory implements HostMemory {
    private static final Logger LOG = LoggerFactory.getLogger(PinnedMemory.class);

    /** The two calls of the CUDA runtime; each returns an empty text, or what went wrong. */
    interface Pages {
        String lock(ByteBuffer buffer);

        String unlock(ByteBuffer buffer);
    }

    private final Pages pages;
    private final HostMemory memory = HostMemory.pageable();
    private final Set<ByteBuffer> locked = Collections.newSetFromMap(new IdentityHashMap<>());
    private boolean refused;

    PinnedMemory(Pages pages) {
        this.pages = pages;
    }

    @Override
    public ByteBuffer allocate(int bytes) {
        ByteBuffer buffer = memory.allocate(bytes);
        if (!refused) {
            String problem = pages.lock(buffer);
            if (problem.isEmpty()) {
                locked.add(buffer);
            } else {
                refused = true;
                LOG.warn(
                        "{} bytes for mini-batches cannot be page-locked ({}), so they are copied once more on their way to"
                                + " the GPU; raise the limit on locked memory, or set train.pinned-memory=false",
                        bytes,
                        problem);
            }
        }
        return buffer;
    }

    @Override
    public void free(ByteBuffer buffer) {
        if (locked.remove(buffer)) {
            unlock(buffer);
        }
    }

    private void unlock(ByteBuffer buffer) {
        String problem = pages.unlock(buffer);
        if (!problem.isEmpty()) {
            LOG.warn("{} bytes of page-locked memory cannot be unlocked: {}", buffer.capacity(), problem);
        }
    }

    /** Unlocks what is locked still: the collector may free it from now on. */
    @Override
    public void close() {
        locked.forEach(this::unlock);
        locked.clear();
    }
}
