package io.anchorstream.service.backtest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.loss.FloatMatrix;

/** The pictures that are scored: those of the catalogue itself and, with a transfer, those of another one after them. */
final class Scoring {
    private final List<CanonicalImage> own;
    private final List<CanonicalImage> other;
    private final TestScores ownScores;
    private final Optional<TestScores> otherScores;

    Scoring(BacktestCatalogue catalogue, Optional<BacktestCatalogue> transfer) {
        own = images(catalogue.test());
        other = transfer.map(to -> images(to.test())).orElse(List.of());
        ownScores = new TestScores(catalogue.test());
        otherScores = transfer.map(to -> new TestScores(to.test()));
    }

    private static List<CanonicalImage> images(List<BacktestItem> items) {
        return items.stream().map(BacktestItem::image).toList();
    }

    /** All of them, in the order in which {@link #of} expects their vectors. */
    List<CanonicalImage> pictures() {
        List<CanonicalImage> all = new ArrayList<>(own);
        all.addAll(other);
        return all;
    }

    /** The catalogue's own scored items that have another one of their group to be found. */
    long answerable() {
        return ownScores.answerable();
    }

    /**
     * Scores 0..1 by name; none when a vector is not made of numbers, which would be nobody's neighbour and so everybody's
     * best. Those of the other catalogue with {@link ScoreNames#TRANSFER} before it.
     */
    Map<String, Double> of(FloatMatrix vectors) {
        for (float value : vectors.values()) {
            if (!Float.isFinite(value)) {
                return Map.of();
            }
        }
        Map<String, Double> scores = new TreeMap<>(ownScores.of(own(vectors)));
        otherScores.ifPresent(there -> there.of(rows(vectors, own.size(), vectors.rows()))
                .forEach((name, value) -> scores.put(ScoreNames.TRANSFER + name, value)));
        return scores;
    }

    /** Scores of a descriptor that learns nothing; it may look at the set as a whole, so each set is its own. */
    Map<String, Double> of(Function<List<CanonicalImage>, FloatMatrix> descriptor) {
        FloatMatrix here = descriptor.apply(own);
        if (other.isEmpty()) {
            return of(here);
        }
        FloatMatrix there = descriptor.apply(other);
        FloatMatrix both = FloatMatrix.zeros(here.rows() + there.rows(), here.columns());
        System.arraycopy(here.values(), 0, both.values(), 0, here.values().length);
        System.arraycopy(there.values(), 0, both.values(), here.values().length, there.values().length);
        return of(both);
    }

    /** The one score of a learning curve, see {@link TestScores#curve}. */
    double curve(FloatMatrix vectors) {
        return ownScores.curve(own(vectors));
    }

    String curveName() {
        return ownScores.curveName();
    }

    /** The rows of the catalogue's own pictures. */
    FloatMatrix own(FloatMatrix vectors) {
        return rows(vectors, 0, own.size());
    }

    private static FloatMatrix rows(FloatMatrix from, int first, int end) {
        int width = from.columns();
        return new FloatMatrix(end - first, width, Arrays.copyOfRange(from.values(), first * width, end * width));
    }
}
