package io.anchorstream.model.training;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.anchorstream.model.network.PictureInput;
import io.anchorstream.model.network.PictureSampler;

/**
 * Turns batches into network input, ahead of time where it was told what comes. At most {@link #AHEAD} batches wait, in
 * buffers that are used again and again. Fresh pictures come as they are, replays varied. What a batch looks like depends on (seed, sampler, batch number) alone.
 * Methods are called by the trainer's thread only; one thread of its own does the work.
 */
final class BatchPreparer implements AutoCloseable {
    /** More than this would be kept for nobody: whoever hints at batches bounds them, too. */
    static final int AHEAD = 16;

    private final PictureInput input;
    private final Augmentation augmentation;
    private final long seed;
    private final HostMemory memory;
    private final ExecutorService worker;
    private final Deque<Waiting> ahead = new ArrayDeque<>();
    private final Deque<ByteBuffer> free = new ArrayDeque<>();

    private record Waiting(TrainingBatch batch, Future<ByteBuffer> content) {}

    /** @param memory closed with this */
    BatchPreparer(PictureInput input, Augmentation augmentation, long seed, HostMemory memory) {
        this.input = input;
        this.augmentation = augmentation;
        this.seed = seed;
        this.memory = memory;
        this.worker = Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work, "batch-prefetch");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Begins with a batch unless enough wait already. */
    void prefetch(TrainingBatch batch) {
        if (ahead.size() < AHEAD && ahead.stream().noneMatch(waiting -> isSame(waiting.batch, batch))) {
            ByteBuffer buffer = take(batch);
            ahead.add(new Waiting(batch, worker.submit(() -> fill(batch, buffer))));
        }
    }

    /** The batch as native-order {@code float[N][3][size][size]}; give it back to {@link #release} after use. */
    ByteBuffer prepare(TrainingBatch batch) {
        // Batches are trained in the order of the hints: whatever waits before this one will not come any more.
        while (!ahead.isEmpty() && !isSame(ahead.element().batch, batch)) {
            ahead.remove().content.cancel(false);
        }
        if (ahead.isEmpty()) {
            return fill(batch, take(batch));
        }
        try {
            return ahead.remove().content.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return fill(batch, take(batch));
        } catch (ExecutionException e) {
            throw new IllegalStateException("preparing batch " + batch.sampler() + "/" + batch.number() + " failed", e);
        }
    }

    /** By identity: comparing contents would read every picture. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(TrainingBatch one, TrainingBatch other) {
        return one == other;
    }

    void release(ByteBuffer buffer) {
        if (free.size() < AHEAD) {
            free.push(buffer);
        } else {
            memory.free(buffer);
        }
    }

    private ByteBuffer take(TrainingBatch batch) {
        int bytes = batch.examples().size() * input.length() * Float.BYTES;
        ByteBuffer found = free.poll();
        if (found != null && found.capacity() < bytes) {
            memory.free(found);
            found = null;
        }
        if (found == null) {
            found = memory.allocate(bytes);
        }
        return found.clear().limit(bytes);
    }

    private ByteBuffer fill(TrainingBatch batch, ByteBuffer buffer) {
        FloatBuffer floats = buffer.asFloatBuffer();
        List<BatchExample> examples = batch.examples();
        SplittableRandom random = new SplittableRandom(
                (seed * 0x9E3779B97F4A7C15L + batch.sampler()) * 0xBF58476D1CE4E5B9L + batch.number());
        for (int i = 0; i < examples.size(); i++) {
            // A generator for each picture: its variation does not depend on how many numbers the others drew.
            SplittableRandom own = random.split();
            BatchExample example = examples.get(i);
            if (input instanceof PictureSampler sampler && !example.fresh()) {
                augmentation.apply(example.image(), sampler, own, floats, i * input.length());
            } else {
                // A fresh picture comes as it is embedded later: the closed form takes it in now and never again.
                // Features of a frozen backbone are cached by picture: a varied picture would never be met again.
                input.whole(example.image(), floats, i * input.length());
            }
        }
        return buffer;
    }

    /** Returns once the worker is done: what it reads, the network's native memory too, is freed next. */
    @Override
    public void close() {
        worker.shutdownNow();
        ahead.clear();
        awaitTermination();
        memory.close();
    }

    private void awaitTermination() {
        boolean interrupted = false;
        boolean done = false;
        while (!done) {
            try {
                done = worker.awaitTermination(1, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                interrupted = true; // a picture under way can't be stopped; it takes milliseconds
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
