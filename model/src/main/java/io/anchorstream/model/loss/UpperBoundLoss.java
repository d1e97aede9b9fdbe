package io.anchorstream.model.loss;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Triplet upper bound with fixed centroids (Do et al., arXiv 1904.08720): {@code mean(|e_i - c_y| - sum_{m != y} |e_i -
 * c_m| / (3 (C - 1)))} over the centroids of the C labels seen. Linear in the batch; has no hinge, so negative values are
 * normal. The bound assumes as many items of each label, so the labels of a batch weigh the same however many items they
 * have. As the centroids never move, old and new versions of the model share one frame. A label takes the free slot that its
 * text points to; when all are taken the label idle longest gives way.
 */
final class UpperBoundLoss implements MetricLoss {

    /** How the centroids are placed. */
    enum Frame {
        SIMPLEX,
        ONE_HOT,
        K_MEANS
    }

    /** @param slots labels at most; 0 = as many as the frame has room for, with k-means as the simplex */
    record Settings(Frame frame, int slots) {}

    private final Settings settings;
    private final long seed;
    private final TextSpace texts = new TextSpace(true);
    private FloatMatrix centroids = FloatMatrix.zeros(0, 0);
    private long[] labels = new long[0];
    private long[] lastUsed = new long[0];

    UpperBoundLoss(Settings settings, long seed) {
        this.settings = settings;
        this.seed = seed;
    }

    /** With centroids as given, for labels 0, 1, ... in order. */
    static UpperBoundLoss given(FloatMatrix centroids) {
        UpperBoundLoss loss = new UpperBoundLoss(new Settings(Frame.SIMPLEX, centroids.rows()), 0);
        loss.centroids = centroids;
        loss.labels = new long[centroids.rows()];
        loss.lastUsed = new long[centroids.rows()];
        Arrays.setAll(loss.labels, i -> i);
        return loss;
    }

    @Override
    public LossResult evaluate(LossBatch batch, EmbeddingMemory memory) {
        UnitRows samples = UnitRows.of(batch.embeddings());
        shape(batch.embeddings().columns());
        texts.follow(batch.textVectors());
        int[] targets = new int[batch.size()];
        int labelled = 0;
        for (int i = 0; i < batch.size(); i++) {
            targets[i] = batch.labels()[i] < 0
                    ? -1
                    : slot(batch.labels()[i], texts.centre(batch.textVectors()[i]), batch.step());
            labelled += targets[i] >= 0 ? 1 : 0;
        }
        int classes = 0;
        for (long label : labels) {
            classes += label >= 0 ? 1 : 0;
        }
        FloatMatrix toUnit = FloatMatrix.zeros(batch.size(), batch.embeddings().columns());
        Map<String, Double> metrics =
                Map.of("centroids.labels", (double) classes, "embedding.spread", samples.spread());
        if (classes < 2 || labelled == 0) {
            return new LossResult(0, toUnit, 0, 0, metrics);
        }
        float[] distances = Measure.EUCLIDEAN.against(samples.unit(), centroids);
        float[] gradient = new float[distances.length];
        Map<Long, Integer> items = new HashMap<>();
        for (int i = 0; i < batch.size(); i++) {
            if (placed(targets[i], batch.labels()[i])) {
                items.merge(batch.labels()[i], 1, Integer::sum);
            }
        }
        double total = 0;
        double push = 1.0 / (3 * (classes - 1));
        for (int i = 0; i < batch.size(); i++) {
            if (!placed(targets[i], batch.labels()[i])) {
                continue;
            }
            double share = 1.0 / items.size() / items.getOrDefault(batch.labels()[i], 1);
            for (int c = 0; c < labels.length; c++) {
                if (labels[c] >= 0) {
                    double weight = share * (c == targets[i] ? 1 : -push);
                    total += weight * distances[i * labels.length + c];
                    gradient[i * labels.length + c] = (float) weight;
                }
            }
        }
        Measure.EUCLIDEAN.backwardAgainst(samples.unit(), centroids, distances, gradient, toUnit);
        return new LossResult(total, samples.backward(toUnit), labelled, 1, metrics);
    }

    /** A label that lost its slot to a later one of the same batch is left out. */
    private boolean placed(int target, long label) {
        return target >= 0 && labels[target] == label;
    }

    private void shape(int dimension) {
        if (centroids.columns() == dimension) {
            return;
        }
        int slots = settings.slots > 0 ? settings.slots : settings.frame == Frame.ONE_HOT ? dimension : dimension + 1;
        centroids = switch (settings.frame) {
            case ONE_HOT -> FixedCentroids.oneHot(slots, dimension);
            case SIMPLEX -> FixedCentroids.simplex(slots, dimension, seed);
            case K_MEANS -> FixedCentroids.clustered(slots, dimension, seed);
        };
        labels = new long[slots];
        Arrays.fill(labels, -1);
        lastUsed = new long[slots];
    }

    private int slot(long label, float[] text, long step) {
        for (int slot = 0; slot < labels.length; slot++) {
            if (labels[slot] == label) {
                lastUsed[slot] = step;
                return slot;
            }
        }
        int chosen = -1;
        double best = Double.NEGATIVE_INFINITY;
        float[] wish = project(text);
        for (int slot = 0; slot < labels.length; slot++) {
            if (labels[slot] >= 0) {
                continue;
            }
            double cosine = 0;
            for (int d = 0; d < wish.length; d++) {
                cosine += wish[d] * centroids.get(slot, d);
            }
            if (cosine > best) {
                best = cosine;
                chosen = slot;
            }
        }
        if (chosen < 0) {
            chosen = 0;
            for (int slot = 1; slot < labels.length; slot++) {
                chosen = lastUsed[slot] < lastUsed[chosen] ? slot : chosen;
            }
        }
        labels[chosen] = label;
        lastUsed[chosen] = step;
        return chosen;
    }

    /** A seeded random projection of centred text into the embedding's space keeps near texts near. */
    private float[] project(float[] text) {
        float[] out = new float[centroids.columns()];
        SplittableRandom random = new SplittableRandom(seed);
        for (float x : text) {
            for (int d = 0; d < out.length; d++) {
                out[d] += x * (float) random.nextGaussian();
            }
        }
        return out;
    }

    @Override
    public void update(double rateFactor) {}

    @Override
    public void save(SavedState state) {
        texts.save(state.scope("texts"));
        state.putLongs("dimension", centroids.columns());
        state.putLongs("labels", labels);
        state.putLongs("last-used", lastUsed);
    }

    @Override
    public void load(SavedState state) {
        texts.load(state.scope("texts"));
        int dimension = (int) state.longs("dimension")[0];
        if (dimension > 0) {
            shape(dimension);
        }
        long[] saved = state.longs("labels");
        if (saved.length != labels.length) {
            throw new IllegalArgumentException("the saved state has " + saved.length + " slots, this loss "
                    + labels.length + ": restore with the options the checkpoint was written with");
        }
        labels = saved;
        lastUsed = state.longs("last-used");
    }
}
