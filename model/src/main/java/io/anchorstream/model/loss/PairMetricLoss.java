package io.anchorstream.model.loss;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Runs a {@link PairLoss} over the batch and, when the memory is warm, over batch x memory:
 * {@code l(batch, batch) + w l(batch, memory)}.
 */
final class PairMetricLoss implements MetricLoss {

    /**
     * @param normalise compare unit rows; otherwise rows as they leave the network, without the memory, which holds unit
     *     rows
     * @param memoryWeight w, reached after {@code memoryRamp} steps
     * @param falseNegativeCosine pairs of different labels whose texts are at least this alike are ignored; above 1 = off
     * @param falsePositiveCosine pairs of one label whose texts are less alike than this are ignored; below -1 = off
     * @param falsePositiveShare of the positive pairs compared, as many as are whole are ignored: those whose texts are the
     *     least alike; 0 = off
     * @param centredText take the running mean off text vectors before comparing them
     * @param matchedMemory move stale memory rows by {@link MomentMatching}
     */
    record Settings(
            boolean normalise,
            double memoryWeight,
            long memoryRamp,
            double falseNegativeCosine,
            double falsePositiveCosine,
            double falsePositiveShare,
            boolean centredText,
            boolean matchedMemory) {

        boolean ignoresByText() {
            return falseNegativeCosine <= 1 || falsePositiveCosine >= -1 || falsePositiveShare > 0;
        }
    }

    private final PairLoss loss;
    private final Settings settings;
    private final TextSpace text;
    private final boolean readsText;
    private final MomentMatching matching = new MomentMatching();

    PairMetricLoss(PairLoss loss, Settings settings) {
        this.loss = loss;
        this.settings = settings;
        this.text = new TextSpace(settings.centredText);
        this.readsText = loss.readsText() || settings.ignoresByText();
    }

    @Override
    public LossResult evaluate(LossBatch batch, EmbeddingMemory memory) {
        float[] distances = readsText ? text.observe(batch.textVectors()) : new float[0];
        Map<String, Double> metrics = new HashMap<>();
        UnitRows normalised = UnitRows.of(batch.embeddings());
        FloatMatrix rows = settings.normalise ? normalised.unit() : batch.embeddings();
        FloatMatrix toRows = FloatMatrix.zeros(rows.rows(), rows.columns());
        if (settings.matchedMemory) {
            matching.observe(normalised.unit());
        }

        PairMatrix pairs = withinBatch(batch, rows, distances);
        float[] gradient = new float[pairs.values().length];
        PairTally inBatch = loss.evaluate(pairs, gradient);
        loss.measure().backwardWithinBatch(rows, pairs.values(), gradient, toRows);
        loss.describe(pairs, inBatch, metrics);

        double total = inBatch.loss();
        if (inBatch.validTerms() > 0) {
            metrics.put(LossResult.METRIC_LOSS, total);
        }
        PairTally inMemory = PairTally.NOTHING;
        double weight = memoryWeight(batch.step());
        if (settings.normalise && weight > 0 && memory.ready(batch.step())) {
            inMemory = againstMemory(batch, memory, rows, weight, toRows);
            total += weight * inMemory.loss();
            metrics.put("memory.loss", inMemory.loss());
            metrics.put("memory.active", inMemory.activeShare());
        }
        metrics.put("memory.rows", (double) memory.size());
        metrics.put("embedding.spread", normalised.spread());
        return new LossResult(
                total,
                settings.normalise ? normalised.backward(toRows) : toRows,
                Math.max(inBatch.validAnchors(), inMemory.validAnchors()),
                inBatch.validTerms() > 0 ? inBatch.activeShare() : inMemory.activeShare(),
                metrics);
    }

    private double memoryWeight(long step) {
        return settings.memoryRamp == 0
                ? settings.memoryWeight
                : settings.memoryWeight * Math.min(1, (double) step / settings.memoryRamp);
    }

    /** The memory term alone; adds {@code weight} times its gradient to {@code toRows}. */
    PairTally againstMemory(
            LossBatch batch, EmbeddingMemory memory, FloatMatrix rows, double weight, FloatMatrix toRows) {
        FloatMatrix bank = settings.matchedMemory ? matching.matched(memory) : memory.embeddings();
        float[] distances = readsText ? text.distances(batch.textVectors(), memory) : new float[0];
        byte[] relations = new byte[batch.size() * memory.used()];
        for (int slot = 0; slot < memory.used(); slot++) {
            if (!memory.live(slot)) {
                continue;
            }
            for (int i = 0; i < batch.size(); i++) {
                // An item's own earlier copy is no positive to learn from.
                if (batch.labels()[i] >= 0 && batch.items()[i] != memory.item(slot)) {
                    int at = i * memory.used() + slot;
                    relations[at] = relation(batch.labels()[i] == memory.label(slot), distances, at);
                }
            }
        }
        ignoreUnlike(relations, distances);
        PairMatrix pairs = new PairMatrix(
                batch.size(),
                memory.used(),
                false,
                loss.measure().against(rows, bank),
                relations,
                distances,
                // The memory knows nothing of attributes.
                unknown(loss.readsAttributes() ? relations.length : 0),
                text.meanDistance());
        float[] gradient = new float[pairs.values().length];
        PairTally tally = loss.evaluate(pairs, gradient);
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] *= (float) weight;
        }
        loss.measure().backwardAgainst(rows, bank, pairs.values(), gradient, toRows);
        return tally;
    }

    private PairMatrix withinBatch(LossBatch batch, FloatMatrix rows, float[] distances) {
        int n = batch.size();
        byte[] relations = new byte[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                if (i != j && batch.labels()[i] >= 0 && batch.labels()[j] >= 0) {
                    int at = i * n + j;
                    relations[at] = relation(batch.labels()[i] == batch.labels()[j], distances, at);
                }
            }
        }
        ignoreUnlike(relations, distances);
        return new PairMatrix(
                n,
                n,
                true,
                loss.measure().withinBatch(rows),
                relations,
                distances,
                loss.readsAttributes() ? attributeDistances(batch.attributes()) : new float[0],
                text.meanDistance());
    }

    private static float[] unknown(int pairs) {
        float[] distances = new float[pairs];
        Arrays.fill(distances, Float.NaN);
        return distances;
    }

    private static float[] attributeDistances(long[][] attributes) {
        int n = attributes.length;
        float[] distances = unknown(n * n);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                if (attributes[i].length > 0 && attributes[j].length > 0) {
                    int shared = 0;
                    for (long key : attributes[i]) {
                        shared += Arrays.binarySearch(attributes[j], key) >= 0 ? 1 : 0;
                    }
                    distances[i * n + j] = attributes[i].length + attributes[j].length - 2 * shared;
                }
            }
        }
        return distances;
    }

    private byte relation(boolean sameLabel, float[] distances, int at) {
        if (settings.ignoresByText() && !Float.isNaN(distances[at])) {
            double cosine = 1 - distances[at] / 2;
            if (sameLabel ? cosine < settings.falsePositiveCosine : cosine >= settings.falseNegativeCosine) {
                return PairMatrix.IGNORED;
            }
        }
        return sameLabel ? PairMatrix.POSITIVE : PairMatrix.NEGATIVE;
    }

    /** Same label, very different text: likely a wrong label. */
    private void ignoreUnlike(byte[] relations, float[] distances) {
        if (settings.falsePositiveShare == 0) {
            return;
        }
        float[] found = new float[relations.length];
        int count = 0;
        for (int i = 0; i < relations.length; i++) {
            if (relations[i] == PairMatrix.POSITIVE && !Float.isNaN(distances[i])) {
                found[count++] = distances[i];
            }
        }
        int ignored = (int) (settings.falsePositiveShare * count);
        if (ignored == 0) {
            return;
        }
        Arrays.sort(found, 0, count);
        float bound = found[count - 1 - ignored];
        for (int i = 0; i < relations.length; i++) {
            if (relations[i] == PairMatrix.POSITIVE && distances[i] > bound) {
                relations[i] = PairMatrix.IGNORED;
            }
        }
    }

    @Override
    public boolean needsMemory() {
        return settings.memoryWeight > 0 && loss.needsMemory();
    }

    @Override
    public void update(double rateFactor) {}

    @Override
    public void save(SavedState state) {
        text.save(state.scope("text"));
        matching.save(state.scope("matching"));
    }

    @Override
    public void load(SavedState state) {
        text.load(state.scope("text"));
        matching.load(state.scope("matching"));
    }
}
