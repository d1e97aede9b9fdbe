package io.anchorstream.topology.embedding;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.training.Embedder;

/**
 * The stretches of a refresh whose vectors are being computed off the stream thread, in the order of the cursor. A stream
 * thread in the middle of inference takes up one record of each partition between two slices, so that new items would
 * wait for the whole refresh. Owned by a stream thread; only the inference itself runs elsewhere.
 */
final class RefreshAhead {
    /** One is computed while the next waits. */
    private static final int MOST = 2;

    private final Executor executor;
    private final EmbedProgress progress;
    private final int callSize;
    private final Deque<Ordered> orders = new ArrayDeque<>();

    /**
     * A stretch under way.
     *
     * @param kept of each item the vector that need not be computed, or empty
     * @param computed vectors {@code float[D]} of the others, in order
     */
    record Ordered(
            ItemShelf.Stretch stretch, List<Optional<float[]>> kept, CompletableFuture<List<float[]>> computed) {}

    RefreshAhead(Executor executor, EmbedProgress progress, int callSize) {
        this.executor = executor;
        this.progress = progress;
        this.callSize = callSize;
    }

    /** Whether another stretch should be ordered. */
    boolean wantsMore() {
        return orders.size() < MOST
                && (orders.isEmpty() || !orders.peekLast().stretch().end());
    }

    /** Where the next stretch begins. */
    String cursor(RefreshState state) {
        return orders.isEmpty() ? state.cursor() : orders.peekLast().stretch().upTo();
    }

    void order(ItemShelf.Stretch stretch, List<Optional<float[]>> kept, Embedder embedder) {
        List<CanonicalImage> images = new ArrayList<>(stretch.items().size());
        for (int i = 0; i < kept.size(); i++) {
            if (kept.get(i).isEmpty()) {
                images.add(stretch.items().get(i).picture().decoded());
            }
        }
        progress.reused(kept.size() - images.size());
        CompletableFuture<List<float[]>> vectors = images.isEmpty()
                ? CompletableFuture.completedFuture(List.of())
                : CompletableFuture.supplyAsync(() -> embed(images, embedder), executor);
        orders.addLast(new Ordered(stretch, kept, vectors));
    }

    /** The stretch at the cursor, once its vectors are there. */
    Optional<Ordered> next() {
        return orders.isEmpty() || !orders.peekFirst().computed().isDone()
                ? Optional.empty()
                : Optional.of(orders.removeFirst());
    }

    /** Forgets what was ordered: another generation is being built. */
    void drop() {
        orders.forEach(order -> order.computed().cancel(false));
        orders.clear();
    }

    private List<float[]> embed(List<CanonicalImage> images, Embedder embedder) {
        List<float[]> vectors = new ArrayList<>(images.size());
        for (int from = 0; from < images.size(); from += callSize) {
            List<CanonicalImage> call = images.subList(from, Math.min(from + callSize, images.size()));
            long begin = System.nanoTime();
            vectors.addAll(Arrays.asList(embedder.embed(call)));
            progress.called(call.size(), true, System.nanoTime() - begin);
        }
        return vectors;
    }
}
