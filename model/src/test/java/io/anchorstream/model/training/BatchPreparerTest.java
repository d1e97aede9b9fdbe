package io.anchorstream.model.training;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

import ai.djl.ndarray.types.Shape;
import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.network.PictureInput;
import io.anchorstream.model.network.PictureSampler;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class BatchPreparerTest {
    private final CountDownLatch reading = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final AtomicBoolean read = new AtomicBoolean();

    /** Like a native call, it does not heed interrupts. */
    private final PictureInput slow = new PictureInput() {
        @Override
        public int length() {
            return 3;
        }

        @Override
        public Shape shape(int rows) {
            return new Shape(rows, 3);
        }

        @Override
        public void whole(CanonicalImage image, FloatBuffer out, int offset) {
            reading.countDown();
            while (goOn.getCount() > 0) {
                Thread.onSpinWait();
            }
            read.set(true);
        }
    };

    @Test
    void closesOnlyOnceItsWorkerReadsNothingAnyMore() throws Exception {
        BatchPreparer preparer = new BatchPreparer(slow, Augmentation.parse("none"), 1, HostMemory.pageable());
        AtomicBoolean readBeforeClosed = new AtomicBoolean();
        preparer.prefetch(new TrainingBatch(
                0, 0, List.of(GlyphPictures.batch(0, 2, 1).examples().get(0))));
        reading.await();

        Thread closing = new Thread(() -> {
            preparer.close();
            readBeforeClosed.set(read.get());
        });
        closing.start();
        while (closing.getState() != Thread.State.TIMED_WAITING && closing.getState() != Thread.State.TERMINATED) {
            Thread.onSpinWait();
        }
        goOn.countDown();
        closing.join();

        assertThat(readBeforeClosed).isTrue();
    }

    @Test
    void freshPicturesComeAsTheyAreAndReplaysVaried() {
        PictureSampler input = new PictureSampler(24);
        BatchExample first = GlyphPictures.batch(0, 2, 1).examples().get(0);
        BatchExample again = new BatchExample(
                first.itemId(), first.label(), first.confidence(), !first.fresh(), first.image(), first.textVector());
        BatchExample fresh = first.fresh() ? first : again;
        BatchExample replayed = first.fresh() ? again : first;
        FloatBuffer whole = FloatBuffer.allocate(input.length());
        input.whole(first.image(), whole, 0);

        try (BatchPreparer preparer = new BatchPreparer(input, Augmentation.parse("crop"), 1, HostMemory.pageable())) {
            FloatBuffer rows = preparer.prepare(new TrainingBatch(0, 0, List.of(fresh, replayed)))
                    .asFloatBuffer();

            assertThat(rows.slice(0, input.length())).isEqualTo(whole);
            assertThat(rows.slice(input.length(), input.length())).isNotEqualTo(whole);
        }
    }
}
