package io.anchorstream.service.index;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

import io.anchorstream.avro.CanonicalItem;
import io.anchorstream.avro.CatalogItem;
import io.anchorstream.avro.EvaluationTruth;
import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.ItemEmbedding;
import io.anchorstream.avro.WeakLabel;
import io.anchorstream.model.image.CanonicalImage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything the index role knows, built by applying records one after another. Applying a record again changes
 * nothing, so that a restart may replay. One thread applies; any thread reads.
 */
public final class CatalogueIndex implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CatalogueIndex.class);
    /** Originals above this are shown as their canonical picture: the wall should load fast. */
    private static final int LARGEST_ORIGINAL = 1 << 20;

    private final CaughtUp caughtUp;
    private final ItemStore items;
    private final Generations generations;
    private final RefreshProgress progress = new RefreshProgress();
    private final Freshness freshness = new Freshness();
    private final ConcurrentMap<String, LongAdder> refused = new ConcurrentHashMap<>();
    private long standsInFor = -1;
    private volatile String lastSwap = "";

    public CatalogueIndex(Path folder, Clock clock, Duration grace) {
        this.caughtUp = CaughtUp.open(folder, clock);
        this.items = new ItemStore(folder.resolve("items"));
        this.generations = new Generations(folder.resolve("vectors"), items, clock, grace);
    }

    CaughtUp caughtUp() {
        return caughtUp;
    }

    public ItemStore items() {
        return items;
    }

    public Generations generations() {
        return generations;
    }

    public RefreshProgress progress() {
        return progress;
    }

    public Freshness freshness() {
        return freshness;
    }

    /** Records that were not taken, by reason. */
    public ConcurrentMap<String, LongAdder> refused() {
        return refused;
    }

    /** How the last swap went, in a sentence; empty before the first. */
    public String lastSwap() {
        return lastSwap;
    }

    // The topics are read in no order among each other: an item that was deleted and came again may have its new
    // picture before the old text's tombstone. A tombstone therefore clears what its own topic brought, nothing else.

    /** A record of {@code catalog.items}; null = deleted. */
    public void applyItem(String id, @Nullable CatalogItem item, long offset) {
        if (item == null) {
            items.removePicture(id);
            items.update(id, ItemCard::withoutText);
            return;
        }
        EvaluationTruth truth = item.getTruth();
        items.update(
                id,
                card -> card.withText(
                        item.getTitle(),
                        item.getCategory(),
                        item.getKeywords(),
                        truth == null ? null : truth.getGroup(),
                        truth == null ? null : truth.getDomain()));
        ByteBuffer image = item.getImage();
        byte[] original = image == null ? new byte[0] : bytes(image);
        if (original.length > 0
                && original.length <= LARGEST_ORIGINAL
                && PictureFormat.of(original).isPresent()) {
            items.putPicture(id, stamped(offset, original));
        } else {
            items.removePicture(id);
        }
    }

    /** A record of {@code catalog.images}; null = deleted. */
    public void applyImage(String id, @Nullable CanonicalItem image) {
        if (image == null) {
            items.removeCanonical(id);
            items.update(id, ItemCard::withoutPicture);
            return;
        }
        items.putCanonical(id, bytes(image.getImage()));
        items.update(id, card -> card.withPicture(image.getTitle(), image.getSourceOffset()));
    }

    /** A record of {@code catalog.labels}; null = deleted. */
    public void applyLabel(String id, @Nullable WeakLabel label) {
        items.update(
                id,
                card -> label == null
                        ? card.withLabel(-1, false)
                        : card.withLabel(label.getLabel(), label.getHoldout()));
    }

    /** A record of {@code catalog.embeddings}; null = deleted. */
    public void applyEmbedding(String id, @Nullable ItemEmbedding embedding) {
        if (embedding == null) {
            generations.all().forEach(index -> index.remove(id));
            return;
        }
        float[] vector = new float[embedding.getVector().size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = embedding.getVector().get(i);
        }
        if (embedding.getGeneration() < generations.servingGeneration()
                && generations.find(embedding.getGeneration()).isEmpty()) {
            return; // an old generation replayed after it was dropped
        }
        try {
            generations
                    .at(embedding.getGeneration(), embedding.getModelVersion(), embedding.getDimension())
                    .put(
                            new StoredVector(id, vector, embedding.getLabel(), embedding.getSourceOffset()),
                            embedding.getModelVersion());
            keepReturnedFresh(id, embedding, vector);
        } catch (MixedVectorsException e) {
            refuse("mixed-vectors", e);
        }
    }

    /** While a generation stands in for a later one of the same version, it takes the later one's vectors too. */
    private void keepReturnedFresh(String id, ItemEmbedding embedding, float[] vector) {
        if (embedding.getGeneration() != standsInFor) {
            return;
        }
        generations
                .find(generations.servingGeneration())
                .filter(index -> index.modelVersion() == embedding.getModelVersion())
                .ifPresent(index -> index.put(
                        new StoredVector(id, vector, embedding.getLabel(), embedding.getSourceOffset()),
                        embedding.getModelVersion()));
    }

    /**
     * A record of {@code catalog.generations}. Swaps at once when a generation is opened for a version whose vectors are
     * still held, as after a rollback; else {@link #serve} does, once all vectors are in.
     */
    public void applyGeneration(GenerationEvent event) {
        progress.apply(event);
        if (event.getState() != GenerationState.OPENED || event.getGeneration() <= generations.servingGeneration()) {
            return;
        }
        standsInFor = -1;
        generations
                .heldOf(event.getModelVersion(), event.getGeneration())
                .filter(index -> progress.isComplete(index.generation()))
                .ifPresent(index -> returnTo(index, event));
    }

    private void returnTo(VectorIndex index, GenerationEvent opened) {
        standsInFor = opened.getGeneration();
        if (index.generation() == generations.servingGeneration()) {
            return;
        }
        generations.serve(index.generation());
        lastSwap = "generation " + index.generation() + " is in service again with its " + index.size()
                + " items of version " + index.modelVersion() + ", until generation " + opened.getGeneration()
                + " is complete";
        LOG.info(lastSwap);
    }

    /** Swaps to a completed generation and says whether the counts agree. */
    public void serve(GenerationEvent complete) {
        long generation = complete.getGeneration();
        if (generation <= generations.servingGeneration() || generation < standsInFor) {
            return;
        }
        standsInFor = -1;
        Optional<VectorIndex> index = generations.find(generation);
        index.ifPresent(VectorIndex::refresh);
        long held = index.map(VectorIndex::size).orElse(0);
        boolean isShort = held < complete.getEmbedded() * 0.99;
        long current = generations.serving().map(VectorIndex::size).orElse(0);
        if (isShort && current > held) {
            // Seen when an index is rebuilt from a compacted topic while a refresh overwrites the generation.
            lastSwap = "generation " + generation + " is complete with " + complete.getEmbedded()
                    + " items, but only " + held + " of its vectors are on the topic: staying with generation "
                    + generations.servingGeneration() + " until the next one completes";
            LOG.warn(lastSwap);
            return;
        }
        generations.serve(generation);
        lastSwap = held == complete.getEmbedded()
                ? "generation " + generation + " went into service complete, with the " + held
                        + " items there were then"
                : "generation " + generation + " went into service with " + held + " items; its completion counted "
                        + complete.getEmbedded() + " (items came or went meanwhile)";
        LOG.info(lastSwap);
    }

    /** Counts a record that was not taken, and logs the first of each reason. */
    public void refuse(String reason, Exception cause) {
        LongAdder count = refused.computeIfAbsent(reason, name -> new LongAdder());
        if (count.sum() == 0) {
            LOG.warn("a record was refused ({}): {}; more of this kind are counted, not logged", reason, cause, cause);
        }
        count.increment();
    }

    /** The picture to show: the original when the current one was checked and is small, else the canonical pixels. */
    public Optional<ShownPicture> picture(String id) {
        Optional<ItemCard> card = items.card(id).filter(found -> found.picture() >= 0);
        if (card.isEmpty()) {
            return Optional.empty();
        }
        Optional<byte[]> original = items.picture(id)
                .filter(stamped ->
                        ByteBuffer.wrap(stamped).getLong() == card.get().picture())
                .map(stamped -> {
                    byte[] bytes = new byte[stamped.length - Long.BYTES];
                    System.arraycopy(stamped, Long.BYTES, bytes, 0, bytes.length);
                    return bytes;
                });
        if (original.isPresent()) {
            return PictureFormat.of(original.get()).map(format -> new ShownPicture(format, original.get()));
        }
        return canonical(id).map(image -> new ShownPicture(PictureFormat.PNG, PngEncoder.encode(image)));
    }

    public Optional<CanonicalImage> canonical(String id) {
        return items.canonical(id).map(CanonicalImage::fromBytes);
    }

    /** A picture as it is sent to a browser. */
    @SuppressWarnings("ArrayRecordComponent") // written to one response
    public record ShownPicture(PictureFormat format, byte[] bytes) {}

    /** Makes everything applied so far searchable, and drops what the grace period has passed for. */
    public void refresh() {
        generations.all().forEach(VectorIndex::refresh);
        generations.dropReplaced();
    }

    /** Makes everything applied so far survive a crash. */
    public void commit() {
        generations.all().forEach(VectorIndex::commit);
        items.flush();
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] copy = new byte[buffer.remaining()];
        buffer.duplicate().get(copy);
        return copy;
    }

    private static byte[] stamped(long offset, byte[] bytes) {
        return ByteBuffer.allocate(Long.BYTES + bytes.length)
                .putLong(offset)
                .put(bytes)
                .array();
    }

    @Override
    @SuppressWarnings("try") // closed from the last to the first, whatever one of them throws
    public void close() {
        try (items;
                generations) {}
    }
}
