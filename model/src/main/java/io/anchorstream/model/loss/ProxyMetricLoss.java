package io.anchorstream.model.loss;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Runs a {@link ProxyObjective} over learnt proxies that grow with the labels: a new label's proxies start at the mean of
 * its first embeddings. Proxies have their own learning rate.
 */
final class ProxyMetricLoss implements MetricLoss {
    private static final double START_NOISE = 0.1;

    /**
     * @param cap labels at most; beyond it the label idle longest is recycled
     * @param presentOnly compare with the classes of the batch alone, so that absent classes are not pushed away
     */
    record Settings(int rowsPerLabel, int cap, boolean presentOnly, double rate, double decay) {}

    private final ProxyObjective objective;
    private final Settings settings;
    private final long seed;
    private final LabelRows proxies;
    private final ClassTexts classTexts;
    private int[] pendingSlots = new int[0];
    private FloatMatrix pending = FloatMatrix.zeros(0, 0);

    ProxyMetricLoss(ProxyObjective objective, Settings settings, long seed) {
        this.objective = objective;
        this.settings = settings;
        this.seed = seed;
        this.proxies = new LabelRows(settings.rowsPerLabel, settings.cap);
        this.classTexts = new ClassTexts(settings.cap);
    }

    @Override
    public LossResult evaluate(LossBatch batch, EmbeddingMemory memory) {
        pendingSlots = new int[0];
        UnitRows samples = UnitRows.of(batch.embeddings());
        FloatMatrix none = FloatMatrix.zeros(batch.size(), batch.embeddings().columns());
        claim(batch, samples.unit());
        if (objective.readsText()) {
            classTexts.observe(batch, proxies);
        }
        int[] slots = settings.presentOnly
                ? Arrays.stream(batch.labels())
                        .filter(label -> label >= 0)
                        .mapToInt(proxies::slotOf)
                        .filter(slot -> slot >= 0)
                        .distinct()
                        .sorted()
                        .toArray()
                : IntStream.range(0, proxies.size()).toArray();
        int[] targets = targets(batch, slots);
        int labelled = (int) Arrays.stream(targets).filter(t -> t >= 0).count();
        Map<String, Double> metrics = new HashMap<>();
        metrics.put("proxies.labels", (double) proxies.size());
        metrics.put("embedding.spread", samples.spread());
        if (slots.length < 2 || labelled == 0) {
            return new LossResult(0, none, 0, 0, metrics);
        }
        int k = settings.rowsPerLabel;
        UnitRows bank = UnitRows.of(pick(slots));
        FloatMatrix cosines = samples.unit().timesTransposed(bank.unit());
        float[] texts =
                objective.readsText() ? classTexts.distances(batch.textVectors(), proxies, slots) : new float[0];
        FloatMatrix toCosines = FloatMatrix.zeros(batch.size(), bank.unit().rows());
        FloatMatrix toBank = FloatMatrix.zeros(bank.unit().rows(), bank.unit().columns());
        double loss = objective.evaluate(
                new ProxyScores(batch.size(), slots.length, k, cosines.values(), targets, texts), toCosines.values());
        loss += objective.regularise(bank.unit(), k, toBank);
        toCosines.addTransposedTimes(samples.unit(), 1, toBank);
        pendingSlots = slots;
        pending = bank.backward(toBank);
        toCosines.addTimes(bank.unit(), 1, none);
        return new LossResult(loss, samples.backward(none), labelled, 1, metrics);
    }

    private void claim(LossBatch batch, FloatMatrix unit) {
        proxies.shape(unit.columns());
        for (int i = 0; i < batch.size(); i++) {
            long label = batch.labels()[i];
            if (label < 0) {
                continue;
            }
            int slot = proxies.slotOf(label);
            if (slot < 0) {
                slot = proxies.claim(label);
                start(slot, batch, unit, label);
            }
            proxies.touch(slot, batch.step());
        }
    }

    private void start(int slot, LossBatch batch, FloatMatrix unit, long label) {
        float[] mean = new float[unit.columns()];
        for (int i = 0; i < batch.size(); i++) {
            if (batch.labels()[i] == label) {
                FloatMatrix.addScaled(mean, 0, 1, unit.values(), i * mean.length, mean.length);
            }
        }
        double norm = 0;
        for (float x : mean) {
            norm += x * x;
        }
        norm = Math.sqrt(norm);
        // Seeded by label, not by order of arrival: a resumed run draws the same start.
        SplittableRandom random = new SplittableRandom(seed ^ (label * 0x9e3779b97f4a7c15L));
        for (int k = 0; k < settings.rowsPerLabel; k++) {
            float[] row = new float[mean.length];
            for (int d = 0; d < row.length; d++) {
                double noise = START_NOISE * random.nextGaussian() / Math.sqrt(row.length);
                row[d] = (float) ((norm > 0 ? mean[d] / norm : 0) + noise);
            }
            proxies.set(slot, k, row);
        }
    }

    private int[] targets(LossBatch batch, int[] slots) {
        int[] targets = new int[batch.size()];
        for (int i = 0; i < targets.length; i++) {
            int slot = batch.labels()[i] < 0 ? -1 : proxies.slotOf(batch.labels()[i]);
            targets[i] = slot < 0 ? -1 : Arrays.binarySearch(slots, slot);
        }
        return targets;
    }

    private FloatMatrix pick(int[] slots) {
        FloatMatrix all = proxies.rows();
        int block = settings.rowsPerLabel * all.columns();
        FloatMatrix out = FloatMatrix.zeros(slots.length * settings.rowsPerLabel, all.columns());
        for (int i = 0; i < slots.length; i++) {
            System.arraycopy(all.values(), slots[i] * block, out.values(), i * block, block);
        }
        return out;
    }

    /** The proxies by label. */
    LabelRows proxies() {
        return proxies;
    }

    @Override
    public void update(double rateFactor) {
        proxies.step(pendingSlots, pending, settings.rate * rateFactor, settings.decay);
        pendingSlots = new int[0];
    }

    @Override
    public void save(SavedState state) {
        proxies.save(state.scope("proxies"));
        classTexts.save(state.scope("class-texts"));
    }

    @Override
    public void load(SavedState state) {
        proxies.load(state.scope("proxies"));
        classTexts.load(state.scope("class-texts"));
        pendingSlots = new int[0];
    }
}
