package io.anchorstream.service.index;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.training.Embedder;

/**
 * Gives the first generation the items that came after it had left service. Without it the two sides of the page would
 * be searched in galleries of different size, and the comparison would flatter one of them. Used by one thread.
 */
public final class FirstGenerationFiller {
    private final CatalogueIndex catalogue;
    private final EmbedderLookup embedders;
    private final Map<String, Long> filled = new HashMap<>();

    public FirstGenerationFiller(CatalogueIndex catalogue, EmbedderLookup embedders) {
        this.catalogue = catalogue;
        this.embedders = embedders;
    }

    /**
     * Embeds up to {@code max} missing items.
     *
     * @return how many were added; 0 = nothing to do, or the first version's weights are not here
     */
    public int fill(int max) {
        Optional<VectorIndex> first = catalogue.generations().first();
        Optional<VectorIndex> serving = catalogue.generations().serving();
        if (first.isEmpty() || serving.isEmpty() || first.get() == serving.get()) {
            return 0;
        }
        Optional<Embedder> embedder = embedders.forVersion(first.get().modelVersion());
        if (embedder.isEmpty()) {
            return 0;
        }
        List<ItemCard> missing = missing(first.get(), max);
        List<CanonicalImage> pictures = new ArrayList<>();
        List<ItemCard> embeddable = new ArrayList<>();
        for (ItemCard card : missing) {
            catalogue.canonical(card.id()).ifPresent(picture -> {
                embeddable.add(card);
                pictures.add(picture);
            });
        }
        if (pictures.isEmpty()) {
            return 0;
        }
        float[][] vectors = embedder.get().embed(pictures);
        for (int i = 0; i < vectors.length; i++) {
            ItemCard card = embeddable.get(i);
            first.get()
                    .put(
                            new StoredVector(card.id(), vectors[i], card.label(), card.picture()),
                            first.get().modelVersion());
            filled.put(card.id(), card.picture());
            if (catalogue.items().card(card.id()).isEmpty()) {
                first.get().remove(card.id()); // deleted while it was embedded
                filled.remove(card.id());
            }
        }
        // The index role makes its own writes searchable; on a quiet input it writes nothing.
        first.get().refresh();
        return vectors.length;
    }

    private List<ItemCard> missing(VectorIndex first, int max) {
        List<ItemCard> missing = new ArrayList<>();
        for (ItemCard card : catalogue.items().cards()) {
            if (card.picture() < 0 || filled.getOrDefault(card.id(), -1L) == card.picture()) {
                continue;
            }
            if (first.get(card.id())
                    .filter(held -> held.sourceOffset() == card.picture())
                    .isPresent()) {
                filled.put(card.id(), card.picture());
                continue;
            }
            missing.add(card);
            if (missing.size() == max) {
                break;
            }
        }
        return missing;
    }
}
