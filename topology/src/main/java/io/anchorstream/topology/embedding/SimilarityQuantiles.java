package io.anchorstream.topology.embedding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

import io.anchorstream.avro.RefreshReport;
import io.anchorstream.avro.SampledVector;

/**
 * The distribution of cosines between random items of a generation, so that downstream thresholds can be carried from one
 * generation to the next by quantile.
 */
final class SimilarityQuantiles {
    private static final double[] AT = {0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1};

    private SimilarityQuantiles() {}

    /** Cosines at 0, 1, 5, 25, 50, 75, 95, 99 and 100 per cent over all pairs of the sample; empty below two vectors. */
    static List<Float> of(List<RefreshReport> reports, int sampleSize) {
        List<SampledVector> sample = reports.stream()
                .flatMap(report -> report.getSample().stream())
                .sorted(Comparator.comparingLong(SampledVector::getRank))
                .limit(sampleSize)
                .toList();
        int n = sample.size();
        if (n < 2) {
            return List.of();
        }
        float[] cosines = new float[n * (n - 1) / 2];
        int at = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                cosines[at++] = dot(sample.get(i).getVector(), sample.get(j).getVector());
            }
        }
        Arrays.sort(cosines);
        List<Float> quantiles = new ArrayList<>(AT.length);
        for (double q : AT) {
            quantiles.add(cosines[(int) Math.round(q * (cosines.length - 1))]);
        }
        return quantiles;
    }

    private static float dot(List<Float> a, List<Float> b) {
        double sum = 0;
        for (int i = 0; i < a.size(); i++) {
            sum += (double) a.get(i) * b.get(i);
        }
        return (float) sum;
    }
}
