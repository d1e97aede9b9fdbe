package io.anchorstream.model.training;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PinnedMemoryTest {
    private final Pages pages = new Pages();
    private final PinnedMemory memory = new PinnedMemory(pages);

    @Test
    void aBufferIsLockedFromItsAllocationUntilItIsFreed() {
        ByteBuffer first = memory.allocate(16);
        memory.allocate(32);
        assertThat(first.isDirect()).isTrue();
        assertThat(pages.locked).containsExactly(16, 32);

        memory.free(first);
        assertThat(pages.locked).containsExactly(32);
    }

    @Test
    void nothingIsLockedAnyMoreOnceItIsClosed() {
        ByteBuffer freed = memory.allocate(16);
        memory.allocate(32);
        memory.free(freed);

        memory.close();

        assertThat(pages.locked).isEmpty();
    }

    @Test
    void whatTheSystemRefusesToLockIsUsedAsItIsAndNotAskedForAgain() {
        memory.allocate(16);
        pages.problem = "out of memory";

        ByteBuffer refused = memory.allocate(32);
        memory.allocate(64);
        memory.free(refused);

        assertThat(refused.capacity()).isEqualTo(32);
        assertThat(pages.asked).containsExactly(16, 32);
        assertThat(pages.locked).containsExactly(16);
    }

    @Test
    void theCudaRuntimeIsFoundAmongWhatIsMapped() {
        assertThat(CudaPages.runtimeAmong(Stream.of(
                        "7f1c0a000000-7f1c0a021000 rw-p 00000000 00:00 0 ",
                        "7f1c1e600000-7f1c1e7c1000 r-xp 00001000 fe:00 263 /opt/natives/libtorch_cuda.so",
                        "7f1c1f200000-7f1c1f2a9000 r-xp 00000000 fe:00 261 /opt/natives/libcudart-9335f6a2.so.12")))
                .contains("/opt/natives/libcudart-9335f6a2.so.12");
        assertThat(CudaPages.runtimeAmong(Stream.of("7f1c0a000000-7f1c0a021000 r-xp 00000000 fe:00 7 /lib/libc.so.6")))
                .isEmpty();
    }

    /** Locks by capacity; refuses while there is a problem. */
    private static final class Pages implements PinnedMemory.Pages {
        private final List<Integer> asked = new ArrayList<>();
        private final List<Integer> locked = new ArrayList<>();
        private String problem = "";

        @Override
        public String lock(ByteBuffer buffer) {
            asked.add(buffer.capacity());
            if (problem.isEmpty()) {
                locked.add(buffer.capacity());
            }
            return problem;
        }

        @Override
        public String unlock(ByteBuffer buffer) {
            assertThat(locked.remove((Integer) buffer.capacity()))
                    .as("it was locked")
                    .isTrue();
            return "";
        }
    }
}
