package io.anchorstream.model.loss;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Fast approximated triplet (arXiv 1912.07863): point-to-set triplets against class centroids plus a compactness term,
 * {@code mean_a mean_j [d(a, c_y) - d(a, c_j) + m]+ + lambda mean_a d(a, c_y)}; cost linear in the batch. Centroids are
 * running means of unit embeddings and carry no gradient. A class seen once is no negative yet. A class's radius, of which
 * the bound is made, is the largest distance seen, which shrinks towards those that come.
 */
final class FastTripletLoss implements MetricLoss {

    /** What an item is pushed away from. */
    enum Negatives {
        /** All other centroids. */
        ALL,
        /** The five nearest other centroids. */
        NEAREST,
        /** The five nearest items of other labels in the batch. */
        BATCH
    }

    /** Whose distance to its centroid compactness is made of. */
    enum Compactness {
        /** The mean of all items, as in the authors' code. */
        MEAN,
        /** Items at the radius of their class, as in the paper's bound. */
        RADIUS
    }

    /** @param memory centroids and radii follow about this many items of a class */
    record Settings(
            double margin,
            double lambda,
            Negatives negatives,
            Compactness compactness,
            int memory,
            int cap,
            boolean unitCentroids) {}

    private static final int NEAREST = 5;
    private static final int SEEN_ENOUGH = 2;

    private final Settings settings;
    private final LabelRows centroids;
    /** One number a label; claimed and touched with the centroids, so that both have the same slots. */
    private final LabelRows radii;

    private final Optional<LabelDistillation> distillation;

    FastTripletLoss(Settings settings) {
        this(settings, Optional.empty());
    }

    FastTripletLoss(Settings settings, Optional<LabelDistillation> distillation) {
        this.settings = settings;
        this.distillation = distillation;
        this.centroids = new LabelRows(1, settings.cap);
        this.radii = new LabelRows(1, settings.cap);
    }

    @Override
    public LossResult evaluate(LossBatch batch, EmbeddingMemory memory) {
        UnitRows samples = UnitRows.of(batch.embeddings());
        FloatMatrix unit = samples.unit();
        boolean[] startsCentroid = observeNewLabels(batch, unit);
        FloatMatrix bank = centroidRows();
        float[] toCentroids = Measure.EUCLIDEAN.against(unit, bank);
        float[] toBatch = Measure.EUCLIDEAN.withinBatch(unit);
        float[] centroidGradient = new float[toCentroids.length];
        float[] batchGradient = new float[toBatch.length];

        int labelled = 0;
        for (long label : batch.labels()) {
            labelled += label >= 0 ? 1 : 0;
        }
        double total = 0;
        long valid = 0;
        long active = 0;
        int validAnchors = 0;
        for (int i = 0; i < batch.size(); i++) {
            if (batch.labels()[i] < 0) {
                continue;
            }
            int own = i * bank.rows() + centroids.slotOf(batch.labels()[i]);
            boolean fromBatch = settings.negatives == Negatives.BATCH;
            int[] negatives = fromBatch ? batchNegatives(batch, i, toBatch) : centroidNegatives(batch, i, toCentroids);
            validAnchors += negatives.length > 0 ? 1 : 0;
            int row = i * (fromBatch ? batch.size() : bank.rows());
            for (int n : negatives) {
                valid++;
                double hinge = toCentroids[own] - (fromBatch ? toBatch : toCentroids)[row + n] + settings.margin;
                if (hinge > 0) {
                    active++;
                    float share = 1f / (negatives.length * labelled);
                    total += hinge * share;
                    centroidGradient[own] += share;
                    (fromBatch ? batchGradient : centroidGradient)[row + n] -= share;
                }
            }
            if (settings.compactness == Compactness.MEAN || toCentroids[own] >= radius(batch.labels()[i])) {
                total += settings.lambda * toCentroids[own] / labelled;
                centroidGradient[own] += (float) (settings.lambda / labelled);
            }
        }
        FloatMatrix toUnit = FloatMatrix.zeros(unit.rows(), unit.columns());
        if (validAnchors > 0) {
            Measure.EUCLIDEAN.backwardAgainst(unit, bank, toCentroids, centroidGradient, toUnit);
            // Items of the batch that serve as negatives carry no gradient: only the anchor's side of each pair counts.
            Measure.EUCLIDEAN.backwardAgainst(unit, unit, toBatch, batchGradient, toUnit);
        }
        Map<String, Double> metrics = new HashMap<>();
        if (validAnchors > 0 && distillation.isPresent()) {
            metrics.put(LossResult.METRIC_LOSS, total);
            total += distillation.get().evaluate(batch, unit, ownDistances(batch, toCentroids), toUnit, metrics);
        }
        observe(batch, unit, startsCentroid);
        metrics.put("centroids.radius", meanRadius());
        metrics.put("centroids.labels", (double) centroids.size());
        metrics.put("embedding.spread", samples.spread());
        return new LossResult(
                validAnchors > 0 ? total : 0,
                samples.backward(toUnit),
                validAnchors,
                valid == 0 ? 0 : (double) active / valid,
                metrics);
    }

    private float radius(long label) {
        return radii.rows().get(radii.slotOf(label), 0);
    }

    private double meanRadius() {
        double sum = 0;
        for (int slot = 0; slot < radii.size(); slot++) {
            sum += radii.rows().get(slot, 0);
        }
        return radii.size() == 0 ? 0 : sum / radii.size();
    }

    private double[] ownDistances(LossBatch batch, float[] toCentroids) {
        double[] own = new double[batch.size()];
        for (int i = 0; i < own.length; i++) {
            int slot = batch.labels()[i] < 0 ? -1 : centroids.slotOf(batch.labels()[i]);
            own[i] = slot < 0 ? 0 : toCentroids[i * centroids.size() + slot];
        }
        return own;
    }

    private int[] centroidNegatives(LossBatch batch, int sample, float[] distances) {
        int own = centroids.slotOf(batch.labels()[sample]);
        int start = sample * centroids.size();
        IntStream others = IntStream.range(0, centroids.size())
                .filter(slot -> slot != own && centroids.count(slot) >= SEEN_ENOUGH);
        return settings.negatives == Negatives.ALL ? others.toArray() : nearest(others, distances, start);
    }

    private static int[] batchNegatives(LossBatch batch, int sample, float[] distances) {
        IntStream others = IntStream.range(0, batch.size())
                .filter(j -> batch.labels()[j] >= 0 && batch.labels()[j] != batch.labels()[sample]);
        return nearest(others, distances, sample * batch.size());
    }

    private static int[] nearest(IntStream candidates, float[] distances, int start) {
        return candidates
                .boxed()
                .sorted(Comparator.comparingDouble(j -> distances[start + j]))
                .limit(NEAREST)
                .mapToInt(j -> j)
                .toArray();
    }

    private FloatMatrix centroidRows() {
        return settings.unitCentroids ? UnitRows.of(centroids.rows()).unit() : centroids.rows();
    }

    /** A new label's centroid is the mean of its items in the batch; returns which items went into one. */
    private boolean[] observeNewLabels(LossBatch batch, FloatMatrix unit) {
        centroids.shape(unit.columns());
        radii.shape(1);
        boolean[] fresh = new boolean[batch.size()];
        for (int i = 0; i < batch.size(); i++) {
            fresh[i] = batch.labels()[i] >= 0 && centroids.slotOf(batch.labels()[i]) < 0;
        }
        for (int i = 0; i < batch.size(); i++) {
            if (fresh[i]) {
                int slot = centroids.slotOf(batch.labels()[i]);
                if (slot < 0) {
                    slot = claim(batch.labels()[i]);
                    centroids.set(slot, 0, unit.row(i));
                }
                move(slot, unit, i, batch.step());
            }
        }
        return fresh;
    }

    private void observe(LossBatch batch, FloatMatrix unit, boolean[] known) {
        for (int i = 0; i < batch.size(); i++) {
            int slot = batch.labels()[i] < 0 || known[i] ? -1 : centroids.slotOf(batch.labels()[i]);
            if (slot >= 0) {
                move(slot, unit, i, batch.step());
            }
        }
    }

    private void move(int slot, FloatMatrix unit, int row, long step) {
        centroids.touch(slot, step);
        radii.touch(slot, step);
        float[] centroid = centroids.rows().row(slot);
        float rate = 1f / Math.min(centroids.count(slot), settings.memory);
        for (int d = 0; d < centroid.length; d++) {
            centroid[d] += rate * (unit.get(row, d) - centroid[d]);
        }
        double squares = 0;
        for (int d = 0; d < centroid.length; d++) {
            squares += (double) (unit.get(row, d) - centroid[d]) * (unit.get(row, d) - centroid[d]);
        }
        centroids.set(slot, 0, centroid);
        float distance = (float) Math.sqrt(squares);
        float before = radii.rows().get(slot, 0);
        radii.set(slot, 0, new float[] {Math.max(distance, before + rate * (distance - before))});
    }

    private int claim(long label) {
        int slot = centroids.claim(label);
        radii.claim(label);
        radii.set(slot, 0, new float[1]);
        return slot;
    }

    /** Sets a centroid that counts as seen often. */
    void setCentroid(long label, float[] values) {
        centroids.shape(values.length);
        radii.shape(1);
        int slot = claim(label);
        centroids.set(slot, 0, values);
        for (int i = 0; i < SEEN_ENOUGH; i++) {
            centroids.touch(slot, 0);
            radii.touch(slot, 0);
        }
    }

    @Override
    public void update(double rateFactor) {
        distillation.ifPresent(term -> term.update(rateFactor));
    }

    @Override
    public void save(SavedState state) {
        centroids.save(state.scope("centroids"));
        radii.save(state.scope("radii"));
        distillation.ifPresent(term -> term.save(state.scope("distillation")));
    }

    @Override
    public void load(SavedState state) {
        centroids.load(state.scope("centroids"));
        radii.load(state.scope("radii"));
        distillation.ifPresent(term -> term.load(state.scope("distillation")));
    }
}
