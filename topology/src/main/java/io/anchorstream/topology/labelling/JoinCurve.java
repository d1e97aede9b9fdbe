package io.anchorstream.topology.labelling;

import java.util.Arrays;

/**
 * How well each threshold divides a sample of texts. The sample is clustered by average linkage (UPGMA): two groups are
 * one while the mean cosine of their pairs is at least the threshold. A division is good when items are nearer to their
 * own group than to the nearest text outside of it, relative to what is left to a cosine of 1: a silhouette
 * (Rousseeuw 1987) against the nearest stranger instead of the nearest group, and items alone count 0. Without any knowledge of the
 * labels it has its maximum where texts of one product part from those of the next, whether they are worded alike or not.
 */
final class JoinCurve {
    /** Thresholds that are compared. */
    static final int POINTS = 29;

    private static final double LOWEST = 0.4;
    private static final double STEP = 0.02;
    private static final double GONE = -9;
    private static final double LEAST_ROOM = 1e-6;
    /** Scores are kept as whole numbers, so that sums do not depend on their order. */
    private static final double SCALE = 1e6;

    private final int size;
    private final double[][] cosines;
    private final double[][] linkage;
    private final int[] group;
    private final int[] members;

    private JoinCurve(float[][] sample) {
        size = sample.length;
        cosines = new double[size][size];
        linkage = new double[size][];
        group = new int[size];
        members = new int[size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < i; j++) {
                cosines[i][j] = dot(sample[i], sample[j]);
                cosines[j][i] = cosines[i][j];
            }
            cosines[i][i] = 1;
            group[i] = i;
            members[i] = 1;
        }
        for (int i = 0; i < size; i++) {
            linkage[i] = cosines[i].clone();
            linkage[i][i] = GONE;
        }
    }

    /** The threshold at a point. */
    static float threshold(int point) {
        return (float) (LOWEST + STEP * point);
    }

    /**
     * The score of each threshold, summed over the items and times a million.
     *
     * @param sample unit vectors {@code float[N][T]}
     */
    static long[] of(float[][] sample) {
        return new JoinCurve(sample).scores();
    }

    private long[] scores() {
        long[] scores = new long[POINTS];
        int point = POINTS - 1;
        while (point >= 0) {
            int[] nearest = nearest();
            double cosine = linkage[nearest[0]][nearest[1]];
            if (cosine >= threshold(point)) {
                join(nearest[0], nearest[1]);
                continue;
            }
            long score = score();
            for (; point >= 0 && cosine < threshold(point); point--) {
                scores[point] = score;
            }
        }
        return scores;
    }

    private int[] nearest() {
        int[] nearest = {0, 0};
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < i && members[i] > 0; j++) {
                if (linkage[i][j] > linkage[nearest[0]][nearest[1]]) {
                    nearest[0] = i;
                    nearest[1] = j;
                }
            }
        }
        return nearest;
    }

    private void join(int from, int to) {
        double all = members[from] + members[to];
        for (int i = 0; i < size; i++) {
            if (i != to && members[i] > 0) {
                linkage[to][i] = (members[to] * linkage[to][i] + members[from] * linkage[from][i]) / all;
                linkage[i][to] = linkage[to][i];
            }
        }
        for (int i = 0; i < size; i++) {
            linkage[from][i] = GONE;
            linkage[i][from] = GONE;
            if (group[i] == from) {
                group[i] = to;
            }
        }
        members[to] += members[from];
        members[from] = 0;
    }

    private long score() {
        if (Arrays.stream(members).filter(count -> count > 0).count() < 2) {
            return 0;
        }
        double total = 0;
        for (int i = 0; i < size; i++) {
            int others = members[group[i]] - 1;
            if (others > 0) {
                double own = 0;
                double stranger = -1;
                for (int j = 0; j < size; j++) {
                    if (group[j] != group[i]) {
                        stranger = Math.max(stranger, cosines[i][j]);
                    } else if (j != i) {
                        own += cosines[i][j] / others;
                    }
                }
                total += (own - stranger) / Math.max(LEAST_ROOM, 1 - Math.min(own, stranger));
            }
        }
        return Math.round(total * SCALE);
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
