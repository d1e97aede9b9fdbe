package io.anchorstream.service.index;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.training.Embedder;

/** Finds the items nearest to an item or a picture, always within one generation. */
public final class SimilaritySearch {
    /** How many more neighbours are asked for when some will be filtered out. */
    private static final int OVERFETCH = 8;

    private final CatalogueIndex catalogue;
    private final EmbedderLookup embedders;

    public SimilaritySearch(CatalogueIndex catalogue, EmbedderLookup embedders) {
        this.catalogue = catalogue;
        this.embedders = embedders;
    }

    /**
     * The vector of an item in the space of an index: the stored one, or, when the item came after that generation had
     * left service, one computed from its canonical picture. Empty when neither is possible yet.
     */
    public Optional<QueryVector> vectorOf(VectorIndex index, String itemId) {
        Optional<float[]> stored = index.get(itemId).map(StoredVector::vector);
        Optional<float[]> vector =
                stored.isPresent() ? stored : catalogue.canonical(itemId).flatMap(picture -> embed(index, picture));
        return vector.map(values -> new QueryVector(index.generation(), index.modelVersion(), values));
    }

    /** The vector of a picture in the space of an index; empty while the model's weights have not arrived. */
    public Optional<QueryVector> vectorOf(VectorIndex index, CanonicalImage picture) {
        return embed(index, picture).map(values -> new QueryVector(index.generation(), index.modelVersion(), values));
    }

    private Optional<float[]> embed(VectorIndex index, CanonicalImage picture) {
        Optional<Embedder> embedder = embedders.forVersion(index.modelVersion());
        return embedder.map(model -> model.embed(List.of(picture))[0]);
    }

    /** The nearest items that pass the filter, nearest first. */
    public List<Neighbour> nearest(VectorIndex index, QueryVector query, int k, Predicate<ItemCard> keep) {
        List<VectorHit> hits = index.search(query, k * OVERFETCH + 1);
        return hits.stream()
                .map(hit -> catalogue
                        .items()
                        .card(hit.itemId())
                        .map(card -> new Neighbour(card, hit))
                        .orElse(null))
                .filter(Objects::nonNull)
                .filter(found -> found.card().picture() >= 0 && keep.test(found.card()))
                .limit(k)
                .toList();
    }

    /** A hit and what is known of the item. */
    public record Neighbour(ItemCard card, VectorHit hit) {}
}
