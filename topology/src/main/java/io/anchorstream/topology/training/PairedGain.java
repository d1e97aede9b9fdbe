package io.anchorstream.topology.training;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * What a candidate gains on the queries that both versions answered, and how sure that is: a paired bootstrap over
 * classes (Efron and Tibshirani 1993). Classes are drawn, not queries, because the queries of one class fail together;
 * few classes widen the interval by {@code sqrt(C / (C - 1))}. Deterministic.
 *
 * @param gain mean over the queries, of the candidate minus the reference
 * @param low lower end of the interval
 * @param high upper end of the interval
 */
public record PairedGain(double gain, double low, double high, int queries, int classes) {
    private static final int DRAWS = 2_000;
    private static final long SEED = 1;

    /**
     * Compares two columns of scores.
     *
     * @param candidate {@code double[N]}, NaN where the row was no query
     * @param reference {@code double[N]}
     * @param labels {@code long[N]} the class of each row
     * @param confidence that the true gain lies inside the interval, 0..1
     * @return empty where no row has both scores
     */
    static Optional<PairedGain> of(double[] candidate, double[] reference, long[] labels, double confidence) {
        Map<Long, double[]> byClass = new LinkedHashMap<>(); // sum of differences, number of queries
        for (int i = 0; i < labels.length; i++) {
            double difference = candidate[i] - reference[i];
            if (!Double.isNaN(difference)) {
                double[] entry = byClass.computeIfAbsent(labels[i], label -> new double[2]);
                entry[0] += difference;
                entry[1]++;
            }
        }
        if (byClass.isEmpty()) {
            return Optional.empty();
        }
        double[][] classes = byClass.values().toArray(double[][]::new);
        double sum = Arrays.stream(classes).mapToDouble(entry -> entry[0]).sum();
        int queries =
                (int) Arrays.stream(classes).mapToDouble(entry -> entry[1]).sum();
        double gain = sum / queries;
        if (classes.length == 1) {
            return Optional.of(new PairedGain(gain, -1, 1, queries, 1)); // one class says nothing about others
        }
        double[] drawn = draw(classes);
        double widening = Math.sqrt(classes.length / (classes.length - 1.0));
        double tail = (1 - confidence) / 2;
        return Optional.of(new PairedGain(
                gain,
                gain + widening * (quantile(drawn, tail) - gain),
                gain + widening * (quantile(drawn, 1 - tail) - gain),
                queries,
                classes.length));
    }

    private static double[] draw(double[][] classes) {
        SplittableRandom random = new SplittableRandom(SEED);
        double[] means = new double[DRAWS];
        for (int draw = 0; draw < DRAWS; draw++) {
            double differences = 0;
            double count = 0;
            for (int i = 0; i < classes.length; i++) {
                double[] entry = classes[random.nextInt(classes.length)];
                differences += entry[0];
                count += entry[1];
            }
            means[draw] = differences / count;
        }
        Arrays.sort(means);
        return means;
    }

    private static double quantile(double[] ascending, double share) {
        return ascending[(int) Math.round(share * (ascending.length - 1))];
    }

    /** The interval in words, in points. */
    String interval() {
        return String.format(
                Locale.ROOT,
                "%+.2f to %+.2f points over %d queries in %d classes",
                100 * low,
                100 * high,
                queries,
                classes);
    }
}
