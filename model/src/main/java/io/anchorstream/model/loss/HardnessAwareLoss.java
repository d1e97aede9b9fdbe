package io.anchorstream.model.loss;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * HDML (Zheng et al., arXiv 1903.05503). Negatives are moved towards the anchor, the more so the smaller the running
 * loss; a generator maps the result back to features, which go through the network's last layer once more ({@link
 * FeatureHead}). It learns to reproduce real features ({@code J_recon}) and to keep the negative's class under a softmax
 * head ({@code J_soft}). The network learns from {@code w J_m + (1 - w) J_syn} with {@code w = exp(-beta / J_gen)}:
 * synthetic tuples count once the generator is good. Network, generator and head each follow their own loss only. All
 * losses are means and features are centred and of mean square length 1 over the batch, so that alpha and beta are of the
 * size of one tuple's loss, whatever the batch and the network.
 */
final class HardnessAwareLoss implements MetricLoss {

    /**
     * @param leastHardness floor of {@code exp(-alpha / J)}, so that an easy past does not turn every negative maximal
     * @param softShare share of {@code J_soft} in {@code J_gen}
     * @param negatives per anchor
     * @param byConfidence what the network's last layer learns of a made-up negative follows the confidence of the label
     *     it keeps ({@link ConfidenceWeighting} sees to the rest)
     */
    record Settings(
            TupleLoss tupleLoss,
            double alpha,
            double beta,
            double leastHardness,
            double softShare,
            int negatives,
            boolean byConfidence,
            int hidden,
            double generatorRate,
            double headRate,
            int cap) {}

    private final Settings settings;
    private final Decoder generator;
    private final SoftmaxHead head;
    private final RunningLoss running = new RunningLoss();

    HardnessAwareLoss(Settings settings, long seed) {
        this.settings = settings;
        this.generator = new Decoder(settings.hidden, seed);
        this.head = new SoftmaxHead(settings.cap);
    }

    @Override
    public LossResult evaluate(LossBatch batch, EmbeddingMemory memory) {
        UnitRows samples = UnitRows.of(batch.embeddings());
        FloatMatrix unit = samples.unit();
        int width = unit.columns();
        FeatureHead layer = batch.head().orElseGet(() -> FeatureHead.none(unit));
        Centring centring = batch.head().isPresent() ? Centring.of(layer.features()) : Centring.none(width);
        FloatMatrix features = centring.centred(layer.features());
        UnitRows looks = UnitRows.of(features);
        generator.shape(width, features.columns());
        generator.clearGradient();
        head.observe(batch, looks.unit());
        int[][] mined = mine(batch, unit);
        FloatMatrix toUnit = FloatMatrix.zeros(unit.rows(), width);
        if (mined.length == 0) {
            return new LossResult(0, toUnit, 0, 0, Map.of("embedding.spread", samples.spread()));
        }
        Tuples real = gather(unit, mined);
        double hardness =
                Math.max(settings.leastHardness, HardnessAugmentation.hardness(settings.alpha, running.mean()));
        FloatMatrix moved =
                HardnessAugmentation.synthesise(real.anchors(), real.positives(), real.negatives(), hardness);
        Decoder.Pass decoded = generator.forward(moved);
        UnitRows synthetic = UnitRows.of(layer.forward(centring.restored(decoded.output())));

        double generation = learnGenerator(batch, unit, features, looks.unit(), mined, decoded);
        double trust = Math.exp(-settings.beta / Math.max(generation, 1e-8));

        Tuples toReal = Tuples.zeros(real.rows(), width, real.perAnchor());
        double metric = settings.tupleLoss.evaluate(real, trust, toReal);
        Tuples toSynthetic = Tuples.zeros(real.rows(), width, real.perAnchor());
        double syntheticMetric =
                settings.tupleLoss.evaluate(real.withNegatives(synthetic.unit()), 1 - trust, toSynthetic);
        add(toReal.anchors(), toSynthetic.anchors());
        add(toReal.positives(), toSynthetic.positives());
        FloatMatrix toFeatures = layer.backward(synthetic.backward(toSynthetic.negatives()), pull(batch, mined));
        FloatMatrix toMoved = generator.backward(decoded, centring.backward(toFeatures));
        HardnessAugmentation.backward(real, hardness, toMoved, toReal);
        scatter(toReal, mined, toUnit);
        running.record(metric);

        Map<String, Double> metrics = new HashMap<>();
        metrics.put("hdml.metric", metric);
        metrics.put("hdml.synthetic", syntheticMetric);
        metrics.put("hdml.generator", generation);
        metrics.put("hdml.hardness", hardness);
        metrics.put("hdml.trust", trust);
        metrics.put("embedding.spread", samples.spread());
        int anchors = mined.length / settings.negatives;
        return new LossResult(
                trust * metric + (1 - trust) * syntheticMetric, samples.backward(toUnit), anchors, 1, metrics);
    }

    private float[] pull(LossBatch batch, int[][] mined) {
        float[] ofItems = ConfidenceWeighting.pull(batch);
        float[] pull = new float[mined.length];
        for (int t = 0; t < pull.length; t++) {
            pull[t] = settings.byConfidence ? ofItems[mined[t][2]] : 1;
        }
        return pull;
    }

    /** {@code J_gen}; leaves the generator's and the head's gradients ready for {@link #update}. */
    private double learnGenerator(
            LossBatch batch,
            FloatMatrix unit,
            FloatMatrix features,
            FloatMatrix looks,
            int[][] mined,
            Decoder.Pass decoded) {
        head.crossEntropy(looks, batch.labels(), true, 0, FloatMatrix.zeros(looks.rows(), looks.columns()));
        Decoder.Pass copies = generator.forward(unit);
        FloatMatrix toCopies = FloatMatrix.zeros(features.rows(), features.columns());
        double reconstruction = 0;
        double share = (1 - settings.softShare) / unit.rows();
        for (int i = 0; i < toCopies.values().length; i++) {
            double error = (double) copies.output().values()[i] - features.values()[i];
            reconstruction += share * error * error;
            toCopies.values()[i] = (float) (2 * share * error);
        }
        generator.accumulate(copies, toCopies);
        long[] classes = Arrays.stream(mined)
                .mapToLong(tuple -> batch.labels()[tuple[2]])
                .toArray();
        UnitRows made = UnitRows.of(decoded.output());
        FloatMatrix toMade = FloatMatrix.zeros(mined.length, features.columns());
        double soft = head.crossEntropy(made.unit(), classes, false, settings.softShare, toMade);
        generator.accumulate(decoded, made.backward(toMade));
        return reconstruction + settings.softShare * soft;
    }

    /** For each anchor its farthest positive with its nearest negatives, the last one repeated when there are few. */
    private int[][] mine(LossBatch batch, FloatMatrix unit) {
        float[] distances = Measure.SQUARED.withinBatch(unit);
        long[] labels = batch.labels();
        int n = batch.size();
        return IntStream.range(0, n)
                .filter(a -> labels[a] >= 0)
                .boxed()
                .flatMap(a -> {
                    int positive = IntStream.range(0, n)
                            .filter(j -> j != a && labels[j] == labels[a])
                            .reduce((best, j) -> distances[a * n + j] > distances[a * n + best] ? j : best)
                            .orElse(-1);
                    int[] nearest = IntStream.range(0, n)
                            .filter(j -> labels[j] >= 0 && labels[j] != labels[a])
                            .boxed()
                            .sorted(Comparator.comparingDouble(j -> distances[a * n + j]))
                            .limit(settings.negatives)
                            .mapToInt(j -> j)
                            .toArray();
                    return positive < 0 || nearest.length == 0
                            ? Stream.<int[]>empty()
                            : IntStream.range(0, settings.negatives)
                                    .mapToObj(k -> new int[] {a, positive, nearest[Math.min(k, nearest.length - 1)]});
                })
                .toArray(int[][]::new);
    }

    private Tuples gather(FloatMatrix unit, int[][] mined) {
        int width = unit.columns();
        Tuples out = Tuples.zeros(mined.length, width, settings.negatives);
        for (int t = 0; t < mined.length; t++) {
            System.arraycopy(unit.values(), mined[t][0] * width, out.anchors().values(), t * width, width);
            System.arraycopy(unit.values(), mined[t][1] * width, out.positives().values(), t * width, width);
            System.arraycopy(unit.values(), mined[t][2] * width, out.negatives().values(), t * width, width);
        }
        return out;
    }

    private static void scatter(Tuples gradient, int[][] mined, FloatMatrix out) {
        int width = out.columns();
        for (int t = 0; t < mined.length; t++) {
            add(out, mined[t][0], gradient.anchors(), t, width);
            add(out, mined[t][1], gradient.positives(), t, width);
            add(out, mined[t][2], gradient.negatives(), t, width);
        }
    }

    private static void add(FloatMatrix out, int row, FloatMatrix in, int from, int width) {
        FloatMatrix.addScaled(out.values(), row * width, 1, in.values(), from * width, width);
    }

    private static void add(FloatMatrix out, FloatMatrix in) {
        FloatMatrix.addScaled(out.values(), 0, 1, in.values(), 0, out.values().length);
    }

    @Override
    public void update(double rateFactor) {
        generator.step(settings.generatorRate * rateFactor);
        head.step(settings.headRate * rateFactor);
    }

    @Override
    public boolean needsHead() {
        return true;
    }

    /** An easy past must not turn every negative of what comes now maximal. */
    @Override
    public void drifted() {
        running.reset();
    }

    @Override
    public void save(SavedState state) {
        generator.save(state.scope("generator"));
        head.save(state.scope("head"));
        running.save(state.scope("running"));
    }

    @Override
    public void load(SavedState state) {
        generator.load(state.scope("generator"));
        head.load(state.scope("head"));
        running.load(state.scope("running"));
    }
}
