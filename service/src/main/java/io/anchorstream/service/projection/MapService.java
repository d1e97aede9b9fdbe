package io.anchorstream.service.projection;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.annotation.JsonFormat;
import io.anchorstream.service.index.CatalogueIndex;
import io.anchorstream.service.index.ItemCard;
import io.anchorstream.service.index.VectorIndex;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a before-and-after map of a sample of the catalogue: first generation and the one in service. Laid out once for
 * each pair of them, and again as the sample grows; since each map is larger than the last by a factor, all of them cost
 * little more than the largest. One thread updates; any thread reads.
 */
public final class MapService {
    private static final double PERPLEXITY = 12;
    private static final int ITERATIONS = 400;
    private static final double GROWTH_WORTH_A_NEW_MAP = 1.3;
    private static final int SMALLEST = 12;

    private final CatalogueIndex catalogue;
    private final int sampleSize;
    private final Clock clock;
    private volatile @Nullable SpaceMap last;

    public MapService(CatalogueIndex catalogue, int sampleSize, Clock clock) {
        this.catalogue = catalogue;
        this.sampleSize = sampleSize;
        this.clock = clock;
    }

    /** The last map, if any. */
    public MapView view() {
        SpaceMap map = last;
        return new MapView(isOutOfDate(map), Optional.ofNullable(map));
    }

    /** Draws a new map if the last is out of date: seconds of one core. */
    public void update() {
        if (!isOutOfDate(last)) {
            return;
        }
        Optional<VectorIndex> first = catalogue.generations().first();
        Optional<VectorIndex> serving = catalogue.generations().serving();
        if (first.isPresent() && serving.isPresent()) {
            last = layOut(first.get(), serving.get());
        }
    }

    private boolean isOutOfDate(@Nullable SpaceMap map) {
        Optional<VectorIndex> first = catalogue.generations().first();
        Optional<VectorIndex> serving = catalogue.generations().serving();
        if (first.isEmpty() || serving.isEmpty() || first.get().size() < SMALLEST) {
            return false;
        }
        return map == null
                || map.generationAfter() != serving.get().generation()
                || map.generationBefore() != first.get().generation()
                || (map.points().size() < sampleSize
                        && Math.min(first.get().size(), sampleSize)
                                > map.points().size() * GROWTH_WORTH_A_NEW_MAP);
    }

    private SpaceMap layOut(VectorIndex first, VectorIndex serving) {
        List<Candidate> sample = sample(first, serving);
        float[][] beforeVectors = sample.stream().map(Candidate::before).toArray(float[][]::new);
        TSne tsne = new TSne(PERPLEXITY, ITERATIONS);
        double[][] before = tsne.layOut(beforeVectors, PrincipalPlane.project(beforeVectors));
        double[][] now = before;
        if (first != serving) {
            float[][] afterVectors = sample.stream().map(Candidate::after).toArray(float[][]::new);
            // Starting where the first map ended keeps every point near its old place when the space allows it.
            now = Procrustes.align(tsne.layOut(afterVectors, normalised(before)), before);
        }
        double scale = 1 / Math.max(reach(before), reach(now));
        List<MapPoint> points = new ArrayList<>();
        for (int i = 0; i < sample.size(); i++) {
            ItemCard card = sample.get(i).card();
            points.add(new MapPoint(
                    card.id(),
                    card.title(),
                    card.domain(),
                    card.group(),
                    card.label(),
                    rounded(before[i][0] * scale),
                    rounded(before[i][1] * scale),
                    rounded(now[i][0] * scale),
                    rounded(now[i][1] * scale)));
        }
        return new SpaceMap(
                first.generation(),
                first.modelVersion(),
                serving.generation(),
                serving.modelVersion(),
                clock.millis(),
                points);
    }

    /** Chosen by the cards alone, which lie in memory: the vectors of all items would not fit there. */
    private List<Candidate> sample(VectorIndex first, VectorIndex serving) {
        // Whole groups, not single items: whether a group lies together is what the map is for.
        return catalogue.items().cards().stream()
                .filter(card -> card.picture() >= 0)
                .sorted(Comparator.comparingInt((ItemCard card) -> cluster(card).hashCode() * 0x9E3779B9)
                        .thenComparing(ItemCard::id))
                .flatMap(card -> candidate(card, first, serving).stream())
                .limit(sampleSize)
                .toList();
    }

    private static Optional<Candidate> candidate(ItemCard card, VectorIndex first, VectorIndex serving) {
        return first.get(card.id()).flatMap(before -> serving.get(card.id())
                .map(after -> new Candidate(card, before.vector(), after.vector())));
    }

    private static String cluster(ItemCard card) {
        if (card.group() != null) {
            return card.group();
        }
        return card.label() >= 0 ? Long.toString(card.label()) : card.id();
    }

    private static double[][] normalised(double[][] points) {
        double squares = 1e-12;
        for (double[] point : points) {
            squares += point[0] * point[0];
        }
        double scale = 1 / Math.sqrt(squares / Math.max(1, points.length));
        double[][] scaled = new double[points.length][];
        for (int i = 0; i < points.length; i++) {
            scaled[i] = new double[] {points[i][0] * scale, points[i][1] * scale};
        }
        return scaled;
    }

    private static double reach(double[][] points) {
        double reach = 1e-9;
        for (double[] point : points) {
            reach = Math.max(reach, Math.max(Math.abs(point[0]), Math.abs(point[1])));
        }
        return reach;
    }

    private static double rounded(double value) {
        return Math.round(value * 1e4) / 1e4;
    }

    @SuppressWarnings("ArrayRecordComponent") // lives for one layout
    private record Candidate(ItemCard card, float[] before, float[] after) {}

    /** One item; coordinates within -1..1. */
    public record MapPoint(
            String id,
            String title,
            @Nullable String domain,
            @Nullable String group,
            @JsonFormat(shape = JsonFormat.Shape.STRING) long label,
            double beforeX,
            double beforeY,
            double afterX,
            double afterY) {}

    /** A sample of the catalogue in two generations, the second turned onto the first. */
    public record SpaceMap(
            long generationBefore,
            long versionBefore,
            long generationAfter,
            long versionAfter,
            long timestamp,
            List<MapPoint> points) {}

    /**
     * @param computing the last map is out of date: the next is being laid out, or will be in a moment
     */
    public record MapView(boolean computing, Optional<SpaceMap> map) {}
}
