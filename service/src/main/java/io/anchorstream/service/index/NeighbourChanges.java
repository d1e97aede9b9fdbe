package io.anchorstream.service.index;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the pictures whose neighbours changed most between the first generation and the one in service, for better or
 * for worse. Looks at a sample, by stored vectors alone, and once for each pair of generations: its cost is bounded by the
 * sample, however large the catalogue is. One thread updates; any thread reads.
 */
public final class NeighbourChanges {
    private static final Logger LOG = LoggerFactory.getLogger(NeighbourChanges.class);
    /** Below this the first generation lacks neighbours that the other has, and every picture would seem changed. */
    private static final double EQUALLY_FULL = 0.95;

    private static final double GROWTH_WORTH_A_NEW_LOOK = 1.3;
    private static final int NEIGHBOURS = 12;
    private static final int SHOWN = 12;
    /** With fewer items than twice the neighbours, everything is everything's neighbour. */
    private static final int SMALLEST = 2 * NEIGHBOURS;

    private final CatalogueIndex catalogue;
    private final SimilaritySearch search;
    private final int sampleSize;
    private final boolean firstFilled;
    private final Clock clock;
    private volatile @Nullable Changes last;

    /**
     * @param search as for who clicks on a picture, so that both tell the same
     * @param sampleSize pictures that are compared; each costs two searches
     * @param firstFilled whether the first generation is given later items too; without, nothing may ever be compared
     */
    public NeighbourChanges(
            CatalogueIndex catalogue, SimilaritySearch search, int sampleSize, boolean firstFilled, Clock clock) {
        this.catalogue = catalogue;
        this.search = search;
        this.sampleSize = sampleSize;
        this.firstFilled = firstFilled;
        this.clock = clock;
    }

    /** What was found last, and while that is nothing, what it waits for. */
    public ChangesView view() {
        Changes changes = last;
        return new ChangesView(changes == null ? awaited() : Awaited.NOTHING, changes);
    }

    /** Looks again if another generation came into service since, or many more items did: a second of one core or so. */
    public void update() {
        Changes changes = last;
        Optional<VectorIndex> first = catalogue.generations().first();
        Optional<VectorIndex> serving = catalogue.generations().serving();
        if (first.isEmpty() || serving.isEmpty() || missing(first.get(), serving.get()) != Awaited.COMPARISON) {
            return;
        }
        if (changes == null
                || changes.generationAfter() != serving.get().generation()
                || changes.generationBefore() != first.get().generation()
                || serving.get().size() > changes.items() * GROWTH_WORTH_A_NEW_LOOK) {
            last = compare(first.get(), serving.get());
        }
    }

    private Awaited awaited() {
        Optional<VectorIndex> first = catalogue.generations().first();
        Optional<VectorIndex> serving = catalogue.generations().serving();
        return first.isEmpty() || serving.isEmpty() ? Awaited.ITEMS : missing(first.get(), serving.get());
    }

    private Awaited missing(VectorIndex first, VectorIndex serving) {
        int items = serving.size();
        if (items < SMALLEST) {
            return Awaited.ITEMS;
        }
        if (first == serving) {
            return Awaited.LEARNING;
        }
        if (first.size() < EQUALLY_FULL * items) {
            return firstFilled ? Awaited.FIRST_GENERATION : Awaited.NOTHING;
        }
        return Awaited.COMPARISON;
    }

    private Changes compare(VectorIndex first, VectorIndex serving) {
        long began = clock.millis();
        int items = serving.size();
        List<Change> changes = new ArrayList<>();
        for (ItemCard card : sample()) {
            Optional<List<ItemCard>> before = neighbours(first, card);
            Optional<List<ItemCard>> after = neighbours(serving, card);
            if (before.isPresent() && after.isPresent()) {
                changes.add(change(card, before.get(), after.get()));
            }
        }
        // Equals stay in the sample's order, which is no order of names or styles. Nothing before and nothing now says
        // least.
        changes.sort(Comparator.comparing((Change change) -> change.before() + change.after() == 0)
                .thenComparingDouble(Change::agreement));
        long millis = clock.millis() - began;
        LOG.debug("compared the neighbours of {} pictures in {} ms", changes.size(), millis);
        return new Changes(
                first.generation(), serving.generation(), items, changes.size(), NEIGHBOURS, millis, shown(changes));
    }

    private List<ItemCard> sample() {
        return catalogue.items().cards().stream()
                .filter(card -> card.picture() >= 0)
                .sorted(Comparator.comparingInt((ItemCard card) -> card.id().hashCode() * 0x9E3779B9)
                        .thenComparing(ItemCard::id))
                .limit(sampleSize)
                .toList();
    }

    /** Nearest first, without the item; empty when the index does not hold it. */
    private Optional<List<ItemCard>> neighbours(VectorIndex index, ItemCard card) {
        return index.get(card.id())
                .map(held -> new QueryVector(index.generation(), index.modelVersion(), held.vector()))
                .map(query -> search
                        .nearest(index, query, NEIGHBOURS, other -> !other.id().equals(card.id()))
                        .stream()
                        .map(SimilaritySearch.Neighbour::card)
                        .toList());
    }

    /** The agreement is the mean overlap of the first 1, 2, 3 … neighbours: what changed at the front weighs more. */
    private static Change change(ItemCard card, List<ItemCard> before, List<ItemCard> after) {
        int depth = Math.min(before.size(), after.size());
        Set<String> left = new HashSet<>();
        Set<String> right = new HashSet<>();
        double sum = 0;
        int stayed = 0;
        for (int i = 0; i < depth; i++) {
            left.add(before.get(i).id());
            right.add(after.get(i).id());
            stayed = (int) left.stream().filter(right::contains).count();
            sum += stayed / (i + 1.0);
        }
        return new Change(card, depth == 0 ? 1 : sum / depth, stayed, sameKind(card, before), sameKind(card, after));
    }

    /** How many show the same product, by evaluation truth, or have the same label where there is none. */
    private static int sameKind(ItemCard card, List<ItemCard> neighbours) {
        return (int) neighbours.stream()
                .filter(other -> card.group() != null
                        ? card.group().equals(other.group())
                        : card.label() >= 0 && card.label() == other.label())
                .count();
    }

    /** At most one picture of a product or label: twelve drawings of one thing would tell one story twelve times. */
    private static List<ChangedItem> shown(List<Change> changes) {
        Set<String> told = new HashSet<>();
        return changes.stream()
                .filter(change -> change.agreement() < 1)
                .filter(change -> told.add(story(change.card())))
                .limit(SHOWN)
                .map(change -> new ChangedItem(
                        change.card().id(), change.card().title(), change.stayed(), change.before(), change.after()))
                .toList();
    }

    private static String story(ItemCard card) {
        return card.group() != null ? card.group() : card.label() >= 0 ? Long.toString(card.label()) : card.id();
    }

    private record Change(ItemCard card, double agreement, int stayed, int before, int after) {}

    /**
     * A picture whose neighbours changed.
     *
     * @param stayed of its nearest before learning that are among its nearest now
     * @param before of its nearest before learning, those of the same product (or label, where products are not known)
     * @param after the same now
     */
    public record ChangedItem(String id, String title, int stayed, int before, int after) {}

    /**
     * @param items in the index in service when it was looked at
     * @param compared pictures in the sample
     * @param neighbours looked at of each
     * @param millis that the look took
     * @param changed the most changed first; those without one of the same product, then and now, after all others
     */
    public record Changes(
            long generationBefore,
            long generationAfter,
            int items,
            int compared,
            int neighbours,
            long millis,
            List<ChangedItem> changed) {}

    /** What the first comparison waits for. */
    public enum Awaited {
        ITEMS,
        /** A second generation in service: until a version was trained there is nothing to compare. */
        LEARNING,
        /** Items that came after the first generation had left service and are still being embedded under it. */
        FIRST_GENERATION,
        COMPARISON,
        NOTHING
    }

    /** @param changes none before two generations could be compared */
    public record ChangesView(Awaited awaited, @Nullable Changes changes) {}
}
