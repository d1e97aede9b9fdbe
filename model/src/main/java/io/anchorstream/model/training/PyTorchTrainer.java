package io.anchorstream.model.training;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.anchorstream.model.checkpoint.CheckpointDirectory;
import io.anchorstream.model.checkpoint.SafeTensors;
import io.anchorstream.model.checkpoint.Sha256;
import io.anchorstream.model.checkpoint.Tensor;
import io.anchorstream.model.evaluation.PrequentialScore;
import io.anchorstream.model.loss.CompatibilityTerm;
import io.anchorstream.model.loss.EmbeddingMemory;
import io.anchorstream.model.loss.FloatMatrix;
import io.anchorstream.model.loss.LossBatch;
import io.anchorstream.model.loss.LossResult;
import io.anchorstream.model.loss.Losses;
import io.anchorstream.model.loss.MetricLoss;
import io.anchorstream.model.monitoring.LearningWatch;
import io.anchorstream.model.monitoring.ProbeSet;
import io.anchorstream.model.network.Network;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The learner on PyTorch. One thread owns it; a thread of its own prepares pictures ahead. */
final class PyTorchTrainer implements Trainer {
    private static final Logger LOG = LoggerFactory.getLogger(PyTorchTrainer.class);

    /** Non-finite steps in a row after which the weights are not to be trusted. */
    static final int RESTORE_AFTER = 5;

    private static final double FADING = 0.998;
    private static final int EARLIER_ROWS = 2048;

    /** Of the memory, where the loss needs one and none is configured. */
    private static final int NEEDED_ROWS = 4096;

    private final TrainingConfig config;
    private final Network network;
    private final Optional<Network> before;
    private final CompatibilityTerm compatibility;
    private final NDManager manager;
    private final AdamW optimiser;
    private final MovingAverage average;
    private final MetricLoss loss;
    private final EmbeddingMemory memory;
    private final LearningWatch watch = new LearningWatch();
    private final PrequentialScore prequential = new PrequentialScore(FADING, watch.scores());
    private final EmbeddingMemory earlier = new EmbeddingMemory(EARLIER_ROWS, Long.MAX_VALUE, 0);
    private final BatchPreparer preparer;
    private final LearningRate rate;
    private final Optional<LinearMetric> metric;
    private long step;
    private long skipped;
    private int nonFinite;
    private double gradientNorm;

    /**
     * @param before an equal network that is given the weights of each version, for the {@link CompatibilityTerm}
     * @param batches memory for prepared batches, closed with the trainer
     */
    PyTorchTrainer(
            TrainingConfig config, Network network, Optional<Network> before, NDManager manager, HostMemory batches) {
        this.config = config;
        this.network = network;
        this.before = before;
        this.manager = manager;
        optimiser = new AdamW(network.weights(), manager, config.weightDecay());
        average = new MovingAverage(network.weights(), manager, config.emaDecay());
        compatibility = new CompatibilityTerm(compatibilityWeight(config));
        loss = Losses.create(config.loss(), config.lossOptions(), config.seed());
        if (config.memoryRows() == 0 && loss.needsMemory()) {
            LOG.warn(
                    "{}: what looks back at earlier batches, such as contrastive-xbm, noise-rate and replay-distillation,"
                            + " does nothing without a memory; leave train.memory-rows at its default",
                    config.loss());
        }
        int rows = config.memoryRows() < 0 && loss.needsMemory() ? NEEDED_ROWS : Math.max(0, config.memoryRows());
        memory = new EmbeddingMemory(rows, config.memoryMaxAge(), config.memoryWarmUp());
        preparer =
                new BatchPreparer(network.input(), Augmentation.parse(config.augmentation()), config.seed(), batches);
        rate = new LearningRate(config.learningRate(), LearningRate.WARM_UP);
        metric = network.metric()
                .filter(path -> Losses.linearMetric(config.loss(), config.lossOptions())
                        && path.features() <= LinearMetric.MOST_FEATURES)
                .map(path -> new LinearMetric(path, loss.semanticWeight()));
        network.weights().learned().forEach(weight -> weight.array().setRequiresGradient(true));
        rememberVersion();
    }

    /** What the {@link CompatibilityTerm} weighs under this configuration; 0 = it is off. */
    static double compatibilityWeight(TrainingConfig config) {
        return Double.parseDouble(config.lossOptions().getOrDefault(CompatibilityTerm.OPTION, "0"));
    }

    /** A version was cut, or taken up: from now on its space is the one to stay compatible with. */
    private void rememberVersion() {
        before.ifPresent(old -> old.weights().load(average.tensors()));
    }

    @SuppressWarnings("try") // the scope of the mode is its use
    private LossResult stayCompatible(LossResult own, LossBatch seen, NDArray images) {
        if (before.isEmpty() || !own.teaches()) {
            return own;
        }
        try (GradientMode mode = GradientMode.off(config.threads())) {
            float[] old = before.get().forward(images, false).toFloatArray();
            return compatibility.addTo(
                    own, seen, UnitVectors.of(new FloatMatrix(seen.size(), config.embeddingDimension(), old)));
        }
    }

    @Override
    public void prefetch(TrainingBatch batch) {
        preparer.prefetch(batch);
    }

    @Override
    @SuppressWarnings("try") // the scope of the mode is its use
    public StepResult train(TrainingBatch batch) {
        step++;
        List<BatchExample> examples = batch.examples();
        if (examples.isEmpty()) {
            return skip("the batch is empty", 0, new HashMap<>());
        }
        ByteBuffer input = preparer.prepare(batch);
        try (GradientMode mode = GradientMode.recording(config.threads());
                NDManager scope = manager.newSubManager()) {
            NDArray images = scope.create(input, network.input().shape(examples.size()), DataType.FLOAT32);
            NDArray embeddings = network.forward(images, true);
            FloatMatrix raw = new FloatMatrix(examples.size(), config.embeddingDimension(), embeddings.toFloatArray());
            LossBatch seen = look(examples, raw);
            FloatMatrix unit = UnitVectors.of(raw);
            prequential.score(unit, seen.labels(), seen.items(), seen.fresh(), earlier);
            earlier.put(step, unit, seen.labels(), seen.items(), new float[examples.size()][0]);
            memory.expire(step);
            memory.observe(unit, seen.items());
            collectProbes(examples, seen);
            boolean drift = watch.drifted();
            if (drift) {
                loss.drifted();
                memory.forgetHalf();
            }
            LossResult result = stayCompatible(loss.evaluate(seen, memory), seen, images);
            Map<String, Double> metrics = new HashMap<>(result.metrics());
            metrics.putAll(watch.observe(result));
            if (drift) {
                metrics.put(LearningWatch.DRIFT, 1.0);
            }
            Optional<String> reason = learn(result, embeddings, scope);
            if (result.isFinite()) {
                memory.put(step, unit, loss.trusted(seen), seen.items(), seen.textVectors());
            }
            metric.ifPresent(map -> renew(map, seen, scope));
            if (watch.measures(step)) {
                measureProbes(scope, metrics);
            }
            return reason.isPresent() ? skip(reason.get(), result.validAnchors(), metrics) : taken(result, metrics);
        } finally {
            preparer.release(input);
        }
    }

    /** After the step: what a gradient was taken of must not change before it is used. */
    @SuppressWarnings("try") // the scope of the mode is its use
    private void renew(LinearMetric map, LossBatch seen, NDManager scope) {
        try (GradientMode mode = GradientMode.off(config.threads())) {
            map.learn(network.features(), seen.labels(), seen.textVectors(), seen.fresh());
            map.renew(scope);
        }
    }

    /** Takes the step, or says why not. */
    @SuppressWarnings("try") // the scope of the mode is its use
    private Optional<String> learn(LossResult result, NDArray embeddings, NDManager scope) {
        if (!result.isFinite()) {
            optimiser.clear(); // of what a loss sent through the last layer itself
            nonFinite++;
            return Optional.of("the loss is not finite");
        }
        if (!result.teaches()) {
            optimiser.clear();
            nonFinite = 0;
            return Optional.of("no valid anchor");
        }
        FloatMatrix slope = result.gradient();
        NDArray gradient = scope.create(slope.values(), new Shape(slope.rows(), slope.columns()));
        JniUtils.backward((PtNDArray) embeddings, (PtNDArray) gradient, false, false);
        gradientNorm = optimiser.gradientNorm();
        if (!Double.isFinite(gradientNorm)) {
            optimiser.clear();
            nonFinite++;
            return Optional.of("the gradient is not finite");
        }
        nonFinite = 0;
        double now = rate.at(step);
        try (GradientMode mode = GradientMode.off(config.threads())) {
            optimiser.update(now, clipScale(gradientNorm, config.clipNorm()));
            average.update(scope);
        }
        loss.update(rate.share(step));
        return Optional.empty();
    }

    private StepResult taken(LossResult result, Map<String, Double> metrics) {
        return new StepResult(
                step,
                result.loss(),
                result.activeShare(),
                result.validAnchors(),
                prequential.recallAt1(),
                gradientNorm,
                rate.at(step),
                Optional.empty(),
                common(metrics));
    }

    private void collectProbes(List<BatchExample> examples, LossBatch seen) {
        for (int i = 0; i < examples.size(); i++) {
            if (watch.probes().wants(seen.items()[i], seen.labels()[i])) {
                FloatBuffer row = FloatBuffer.allocate(network.input().length());
                network.input().whole(examples.get(i).image(), row, 0);
                watch.probes().add(seen.items()[i], seen.labels()[i], row.array());
            }
        }
    }

    @SuppressWarnings("try") // the scope of the mode is its use
    private void measureProbes(NDManager scope, Map<String, Double> metrics) {
        FloatMatrix rows = watch.probes().rows();
        FloatMatrix vectors;
        try (GradientMode mode = GradientMode.off(config.threads())) {
            NDArray input = scope.create(
                    FloatBuffer.wrap(rows.values(), 0, rows.rows() * rows.columns()),
                    network.input().shape(rows.rows()));
            vectors = new FloatMatrix(
                    rows.rows(),
                    config.embeddingDimension(),
                    network.forward(input, false).toFloatArray());
        }
        ProbeSet.Measurement measured = watch.probes().measure(UnitVectors.of(vectors));
        metrics.putAll(measured.metrics());
        if (measured.forgets()) {
            metrics.put(LearningWatch.FORGETTING, 1.0);
        }
    }

    /** Factor that brings a gradient of this norm down to the limit; 1 without a limit. */
    static double clipScale(double norm, double limit) {
        return limit > 0 && norm > limit ? limit / norm : 1;
    }

    private StepResult skip(String reason, int anchors, Map<String, Double> metrics) {
        skipped++;
        return new StepResult(
                step, 0, 0, anchors, prequential.recallAt1(), 0, rate.at(step), Optional.of(reason), common(metrics));
    }

    private Map<String, Double> common(Map<String, Double> metrics) {
        metrics.put("skipped.total", (double) skipped);
        metrics.put("skipped.non_finite_in_a_row", (double) nonFinite);
        metrics.put("memory.rows", (double) memory.size());
        metrics.put("memory.drift", memory.drift());
        metrics.put("prequential.scored", (double) prequential.scored());
        metrics.put("prequential.without_relevant", (double) prequential.skipped());
        return Map.copyOf(metrics);
    }

    private LossBatch look(List<BatchExample> examples, FloatMatrix raw) {
        int n = examples.size();
        long[] labels = new long[n];
        long[] items = new long[n];
        float[][] texts = new float[n][];
        float[] confidence = new float[n];
        boolean[] fresh = new boolean[n];
        long[][] attributes = new long[n][];
        for (int i = 0; i < n; i++) {
            BatchExample example = examples.get(i);
            labels[i] = example.label();
            items[i] = key(example.itemId());
            texts[i] = example.textVector();
            confidence[i] = example.confidence();
            fresh[i] = example.fresh();
            attributes[i] = example.attributes().stream()
                    .mapToLong(PyTorchTrainer::key)
                    .sorted()
                    .toArray();
        }
        LossBatch seen =
                new LossBatch(step, raw, labels, items, texts, confidence, fresh, attributes, Optional.empty());
        return loss.needsHead() ? seen.withHead(network.head()) : seen;
    }

    /** 64 bits of FNV-1a: two of a million items share a key with a chance of 3 in 100 million. */
    private static long key(String name) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }

    @Override
    public boolean restoreAdvised() {
        return nonFinite >= RESTORE_AFTER;
    }

    @Override
    public long step() {
        return step;
    }

    @Override
    public ModelArtifact artifact() {
        Map<String, Tensor> tensors = average.tensors();
        tensors.putAll(network.attachments());
        byte[] weights = SafeTensors.toBytes(tensors, Map.of("format", "pt"));
        return new ModelArtifact(
                network.spec().toJson(),
                network.weights().digest(network.spec()),
                weights,
                Sha256.hex(weights),
                config.embeddingDimension());
    }

    @Override
    @SuppressWarnings("try") // the scope of the mode is its use
    public CheckpointDirectory.Content checkpoint(Map<String, String> position) {
        CheckpointDirectory.Content content = state().save(step, skipped, nonFinite, position);
        try (GradientMode mode = GradientMode.off(config.threads())) {
            rememberVersion();
        }
        return content;
    }

    private TrainerState state() {
        return new TrainerState(config, network, optimiser, average, loss, memory, prequential, earlier, metric, watch);
    }

    /**
     * Begins with weights alone.
     *
     * @throws IncompatibleCheckpointException if they are another network's
     */
    @SuppressWarnings("try") // the scope of the mode is its use
    void begin(Map<String, Tensor> tensors, String networkDigest, long stepsBehind)
            throws IncompatibleCheckpointException {
        String own = network.weights().digest(network.spec());
        if (!own.equals(networkDigest)) {
            throw new IncompatibleCheckpointException(
                    "the weights are of network " + networkDigest + " but the configuration asks for " + own + ", "
                            + network.spec().toJson());
        }
        try (GradientMode mode = GradientMode.off(config.threads())) {
            network.weights().load(tensors);
            average.load(tensors, stepsBehind);
            rememberVersion();
        }
        step = stepsBehind;
    }

    /**
     * Takes everything over from a checkpoint.
     *
     * @throws IOException if it was made by another network or loss
     */
    @SuppressWarnings("try") // the scope of the mode is its use
    void load(CheckpointDirectory.Content content) throws IOException {
        try (GradientMode mode = GradientMode.off(config.threads())) {
            TrainerState.Counters counters = state().load(content);
            step = counters.step();
            skipped = counters.skipped();
            nonFinite = counters.nonFinite();
            rememberVersion();
        }
    }

    @Override
    public void close() {
        preparer.close();
        network.close();
        before.ifPresent(Network::close);
        manager.close();
    }
}
