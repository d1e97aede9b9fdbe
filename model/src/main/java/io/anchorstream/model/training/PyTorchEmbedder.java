package io.anchorstream.model.training;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.network.Network;
import io.anchorstream.model.network.PictureInput;

/**
 * Inference with a network of its own. Pictures go through in groups of a fixed size, the last one padded: the engine
 * picks its kernels by shape, so that with one shape a picture's vector never depends on its company.
 */
final class PyTorchEmbedder implements Embedder {
    static final int GROUP = 16;

    private final Network network;
    private final NDManager manager;
    private final int threads;
    private final PictureInput input;
    private final int imageSize;
    private final ReadWriteLock inUse = new ReentrantReadWriteLock();
    private boolean closed;
    private final Optional<NDArray> rotation;

    /** @param rotation {@code float[D][D]} that vectors are multiplied by last */
    PyTorchEmbedder(Network network, NDManager manager, int threads, Optional<NDArray> rotation) {
        this.network = network;
        this.manager = manager;
        this.threads = threads;
        this.input = network.input();
        this.rotation = rotation;
        this.imageSize = network.spec().imageSize();
    }

    @Override
    public int dimension() {
        return network.spec().dimension();
    }

    @Override
    public float[][] embed(List<CanonicalImage> images) {
        for (CanonicalImage image : images) {
            if (image.size() != imageSize) {
                throw new IllegalArgumentException("this model takes canonical images of " + imageSize + " px, not "
                        + image.size() + " px; re-ingest the catalogue with image size " + imageSize);
            }
        }
        float[][] vectors = new float[images.size()][];
        ByteBuffer buffer =
                ByteBuffer.allocateDirect(GROUP * input.length() * Float.BYTES).order(ByteOrder.nativeOrder());
        inUse.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("this model was closed; ask for it again");
            }
            for (int from = 0; from < images.size(); from += GROUP) {
                group(images.subList(from, Math.min(from + GROUP, images.size())), buffer, vectors, from);
            }
        } finally {
            inUse.readLock().unlock();
        }
        return vectors;
    }

    @SuppressWarnings("try") // the scope of the mode is its use
    private void group(List<CanonicalImage> images, ByteBuffer buffer, float[][] vectors, int from) {
        FloatBuffer floats = buffer.asFloatBuffer();
        for (int i = 0; i < images.size(); i++) {
            input.whole(images.get(i), floats, i * input.length());
        }
        try (GradientMode mode = GradientMode.off(threads);
                NDManager scope = manager.newSubManager()) {
            NDArray rows = scope.create(buffer, input.shape(GROUP), DataType.FLOAT32);
            NDArray straight = network.forward(rows, false);
            float[] all = rotation.map(straight::matMul).orElse(straight).toFloatArray();
            int width = dimension();
            for (int i = 0; i < images.size(); i++) {
                UnitVectors.scale(all, i * width, width);
                vectors[from + i] = Arrays.copyOfRange(all, i * width, (i + 1) * width);
            }
        }
    }

    /** Waits for calls under way: freeing native memory that a call still reads would end the process. */
    @Override
    public void close() {
        inUse.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                network.close();
                manager.close();
            }
        } finally {
            inUse.writeLock().unlock();
        }
    }
}
