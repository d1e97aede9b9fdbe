package io.anchorstream.topology.labelling;

import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class JoinCurveTest {
    @Test
    void isHighestBetweenTheCosinesInsideAndOutsideOfGroups() {
        // Cosines of 0.97 and 0.98 inside the two groups, of 0.59 to 0.77 between them.
        float[][] sample = {unit(1, 0.25f, 0), unit(1, 0, 0), unit(0.75f, 1, 0.25f), unit(0.75f, 1, 0)};

        long[] curve = JoinCurve.of(sample);

        assertThat(curve[at(0.8f)]).isGreaterThan(curve[at(0.42f)]);
        assertThat(curve[at(0.8f)]).isBetween(3_000_000L, 4_000_000L);
        assertThat(curve[at(0.42f)]).as("all in one group").isZero();
    }

    @Test
    void agreesWithAverageLinkageFromItsDefinition() {
        SplittableRandom random = new SplittableRandom(5);
        float[][] sample = new float[20][];
        for (int i = 0; i < sample.length; i++) {
            sample[i] = unit(random.nextFloat(), random.nextFloat(), random.nextFloat());
        }
        long[] curve = JoinCurve.of(sample);

        for (int point = 0; point < JoinCurve.POINTS; point++) {
            int[] group = linked(sample, JoinCurve.threshold(point));
            assertThat(curve[point]).as("at %s", JoinCurve.threshold(point)).isEqualTo(score(sample, group));
        }
    }

    @Test
    void takesTextsThatAreTheSame() {
        float[][] sample = {unit(1, 0, 0), unit(1, 0, 0), unit(0, 1, 0), unit(0, 1, 0)};

        assertThat(JoinCurve.of(sample)).containsOnly(4_000_000L);
    }

    private static int[] linked(float[][] sample, double threshold) {
        int[] group = new int[sample.length];
        for (int i = 0; i < group.length; i++) {
            group[i] = i;
        }
        while (true) {
            double best = threshold;
            int one = -1;
            int two = -1;
            for (int a = 0; a < group.length; a++) {
                for (int b = 0; b < a; b++) {
                    double mean = group[a] == a && group[b] == b ? mean(sample, group, a, b) : -2;
                    if (mean >= best) {
                        best = mean;
                        one = a;
                        two = b;
                    }
                }
            }
            if (one < 0) {
                return group;
            }
            for (int i = 0; i < group.length; i++) {
                group[i] = group[i] == one ? two : group[i];
            }
        }
    }

    private static double mean(float[][] sample, int[] group, int a, int b) {
        double sum = 0;
        int pairs = 0;
        for (int i = 0; i < group.length; i++) {
            for (int j = 0; j < group.length; j++) {
                if (group[i] == a && group[j] == b) {
                    sum += dot(sample[i], sample[j]);
                    pairs++;
                }
            }
        }
        return sum / pairs;
    }

    private static long score(float[][] sample, int[] group) {
        double total = 0;
        boolean several = false;
        for (int i = 0; i < group.length; i++) {
            double own = 0;
            int others = 0;
            double stranger = -1;
            for (int j = 0; j < group.length; j++) {
                double cosine = dot(sample[i], sample[j]);
                if (group[i] != group[j]) {
                    stranger = Math.max(stranger, cosine);
                    several = true;
                } else if (i != j) {
                    own += cosine;
                    others++;
                }
            }
            if (others > 0) {
                double mean = own / others;
                total += (mean - stranger) / Math.max(1e-6, Math.max(1 - mean, 1 - stranger));
            }
        }
        return several ? Math.round(total * 1e6) : 0;
    }

    private static int at(float threshold) {
        return Math.round((threshold - 0.4f) / 0.02f);
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    private static float[] unit(float... vector) {
        double square = 0;
        for (float x : vector) {
            square += x * x;
        }
        for (int i = 0; i < vector.length; i++) {
            vector[i] /= (float) Math.sqrt(square);
        }
        return vector;
    }
}
