package io.anchorstream.model.loss;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * PRISM (Liu et al., arXiv 2103.16047): leaves out rows whose label the memory does not believe. The chance that a label is
 * right is a softmax over the labels' mean vectors in the memory, {@code e^{v_y x} / sum_c e^{v_c x}}; rows at or below the
 * running mean of the batch's noise quantile take no part in the loss and do not enter the memory. A label with few rows in
 * the memory is believed.
 */
final class NoisyLabelFilter extends LossDecorator {
    private static final int WINDOW = 5;
    private static final int ENOUGH_ROWS = 5;

    private final double noiseRate;
    private double[] quantiles = new double[0];
    private long[] trusted = new long[0];

    /** @param noiseRate share of the labels taken for wrong, above 0 and below 1 */
    NoisyLabelFilter(MetricLoss inner, double noiseRate) {
        super(inner);
        this.noiseRate = noiseRate;
    }

    @Override
    public LossResult evaluate(LossBatch batch, EmbeddingMemory memory) {
        trusted = filter(batch, memory);
        LossResult result = inner.evaluate(batch.withLabels(trusted), memory);
        trusted = inner.trusted(batch.withLabels(trusted));
        int refused = 0;
        for (int i = 0; i < trusted.length; i++) {
            refused += trusted[i] == batch.labels()[i] ? 0 : 1;
        }
        Map<String, Double> metrics = new HashMap<>(result.metrics());
        metrics.put("labels.refused", (double) refused);
        return new LossResult(result.loss(), result.gradient(), result.validAnchors(), result.activeShare(), metrics);
    }

    private long[] filter(LossBatch batch, EmbeddingMemory memory) {
        long[] kept = batch.labels().clone();
        if (memory.size() == 0
                || memory.embeddings().columns() != batch.embeddings().columns()) {
            return kept;
        }
        double[] chances = chances(batch, memory);
        double[] known =
                Arrays.stream(chances).filter(p -> !Double.isNaN(p)).sorted().toArray();
        if (known.length == 0) {
            return kept;
        }
        int past = Math.min(quantiles.length, WINDOW - 1);
        quantiles = Arrays.copyOfRange(quantiles, quantiles.length - past, quantiles.length + 1);
        quantiles[past] = quantile(known, noiseRate);
        double bound = Arrays.stream(quantiles).average().orElseThrow();
        for (int i = 0; i < kept.length; i++) {
            if (chances[i] <= bound) {
                kept[i] = -1;
            }
        }
        return kept;
    }

    /** Between order statistics, so that a small batch need not lose a row each time. */
    private static double quantile(double[] ascending, double share) {
        double place = share * ascending.length - 1;
        if (place < 0) {
            return ascending[0] * (1 + place);
        }
        int below = (int) place;
        double above = ascending[Math.min(below + 1, ascending.length - 1)];
        return ascending[below] + (place - below) * (above - ascending[below]);
    }

    /** Chance of each row's label, {@code NaN} where there is no label or too little to judge it by. */
    private static double[] chances(LossBatch batch, EmbeddingMemory memory) {
        Map<Long, Integer> places = new HashMap<>();
        FloatMatrix stored = memory.embeddings();
        int width = stored.columns();
        int[] live = memory.liveSlots();
        float[] sums = new float[live.length * width];
        int[] counts = new int[live.length];
        for (int slot : live) {
            int place = places.computeIfAbsent(memory.label(slot), unseen -> places.size());
            FloatMatrix.addScaled(sums, place * width, 1, stored.values(), slot * width, width);
            counts[place]++;
        }
        for (int place = 0; place < places.size(); place++) {
            for (int d = 0; d < width; d++) {
                sums[place * width + d] /= counts[place];
            }
        }
        FloatMatrix means = new FloatMatrix(places.size(), width, Arrays.copyOf(sums, places.size() * width));
        FloatMatrix cosines = UnitRows.of(batch.embeddings()).unit().timesTransposed(means);
        double[] chances = new double[batch.size()];
        for (int i = 0; i < chances.length; i++) {
            Integer own = batch.labels()[i] < 0 ? null : places.get(batch.labels()[i]);
            LogSumExp all = new LogSumExp();
            for (int c = 0; c < means.rows(); c++) {
                all.add(cosines.get(i, c));
            }
            chances[i] = own == null || counts[own] < ENOUGH_ROWS ? Double.NaN : all.share(cosines.get(i, own));
        }
        return chances;
    }

    @Override
    public long[] trusted(LossBatch batch) {
        return trusted;
    }

    @Override
    public void save(SavedState state) {
        super.save(state);
        state.putDoubles("quantiles", quantiles);
    }

    @Override
    public void load(SavedState state) {
        super.load(state);
        quantiles = state.doubles("quantiles");
    }

    @Override
    public boolean needsMemory() {
        return true;
    }
}
