package io.anchorstream.service.backtest;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Weak labels against {@code group_id}.
 *
 * @param items that were streamed and have a group
 * @param labelled of them that got a label
 * @param groups true groups among them
 * @param clusters labels in use
 * @param purity share of labelled items that belong to their cluster's largest group
 * @param pairPrecision share of pairs of one label that are of one group
 * @param pairRecall share of pairs of one group that have one label
 * @param pairF1 harmonic mean of the two
 * @param coverage share of items whose cluster has two items or more: only those can train
 * @param sizes clusters by size class
 */
record LabelQuality(
        int items,
        int labelled,
        int groups,
        int clusters,
        double purity,
        double pairPrecision,
        double pairRecall,
        double pairF1,
        double coverage,
        Map<String, Integer> sizes) {
    private static final int[] BOUNDS = {1, 2, 4, 8, 16, 32};

    LabelQuality {
        sizes = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(sizes));
    }

    static LabelQuality of(List<BacktestItem> train, Map<String, Long> labels) {
        Map<Long, Map<String, Integer>> clusters = new TreeMap<>();
        Map<String, Integer> groupSizes = new HashMap<>();
        Set<String> groups = new TreeSet<>();
        int labelled = 0;
        for (BacktestItem item : train) {
            groups.add(item.group());
            groupSizes.merge(item.group(), 1, Integer::sum);
            long label = labels.getOrDefault(item.id(), -1L);
            if (label >= 0) {
                labelled++;
                clusters.computeIfAbsent(label, unseen -> new HashMap<>()).merge(item.group(), 1, Integer::sum);
            }
        }
        long pure = 0;
        long sameBoth = 0;
        long sameLabel = 0;
        int covered = 0;
        Map<String, Integer> sizes = emptySizes();
        for (Map<String, Integer> cluster : clusters.values()) {
            int size = 0;
            int largest = 0;
            for (int members : cluster.values()) {
                size += members;
                largest = Math.max(largest, members);
                sameBoth += pairs(members);
            }
            pure += largest;
            sameLabel += pairs(size);
            covered += size >= 2 ? size : 0;
            sizes.merge(sizeClass(size), 1, Integer::sum);
        }
        long sameGroup =
                groupSizes.values().stream().mapToLong(LabelQuality::pairs).sum();
        double precision = share(sameBoth, sameLabel);
        double recall = share(sameBoth, sameGroup);
        return new LabelQuality(
                train.size(),
                labelled,
                groups.size(),
                clusters.size(),
                share(pure, labelled),
                precision,
                recall,
                precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall),
                share(covered, train.size()),
                sizes);
    }

    private static Map<String, Integer> emptySizes() {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        for (int bound : BOUNDS) {
            sizes.put(sizeClass(bound), 0);
        }
        sizes.put(sizeClass(Integer.MAX_VALUE), 0);
        return sizes;
    }

    private static String sizeClass(int size) {
        int from = 1;
        for (int bound : BOUNDS) {
            if (size <= bound) {
                return from == bound ? Integer.toString(bound) : from + "-" + bound;
            }
            from = bound + 1;
        }
        return from + "+";
    }

    private static long pairs(int members) {
        return (long) members * (members - 1) / 2;
    }

    private static double share(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }
}
