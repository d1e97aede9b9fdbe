package io.anchorstream.model.loss;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Lets the text teach directly: a learnt linear map takes each embedding into text space, where it must find its own
 * (frozen, centred) text vector among those of the batch, a softmax over cosines at a temperature. Items whose texts are
 * the same share the target. Added to any other loss with a weight; the map is thrown away when serving.
 */
final class SemanticTerm extends LossDecorator {
    private static final double SAME_TEXT = 0.99;

    /**
     * @param weight of this term beside the inner loss
     * @param rate learning rate of the map
     * @param ramp steps over which the term's pull on the network grows to its weight: an untaught map pulls at random
     */
    record Settings(double weight, double temperature, double rate, long ramp, boolean centredText) {}

    private final Settings settings;
    private final long seed;
    private final TextSpace text;
    private FloatMatrix map = FloatMatrix.zeros(0, 0);
    private FloatMatrix toMap = FloatMatrix.zeros(0, 0);
    private AdamState optimiser = new AdamState(0);

    SemanticTerm(MetricLoss inner, Settings settings, long seed) {
        super(inner);
        this.settings = settings;
        this.seed = seed;
        this.text = new TextSpace(settings.centredText);
    }

    @Override
    public LossResult evaluate(LossBatch batch, EmbeddingMemory memory) {
        LossResult main = inner.evaluate(batch, memory);
        toMap = FloatMatrix.zeros(map.rows(), map.columns());
        text.follow(batch.textVectors());
        float[][] centred = Arrays.stream(batch.textVectors()).map(text::centre).toArray(float[][]::new);
        int[] rows = rowsWithText(batch, centred);
        if (main.validAnchors() == 0 || rows.length < 2) {
            return main;
        }
        FloatMatrix targets =
                FloatMatrix.of(Arrays.stream(rows).mapToObj(i -> centred[i]).toArray(float[][]::new));
        startMap(batch.embeddings().columns(), targets.columns());

        UnitRows embeddings = UnitRows.of(pick(batch.embeddings(), rows));
        FloatMatrix mapped = FloatMatrix.zeros(rows.length, map.columns());
        embeddings.unit().addTimes(map, 1, mapped);
        UnitRows directions = UnitRows.of(mapped);
        FloatMatrix logits = directions.unit().timesTransposed(targets);
        FloatMatrix toLogits = FloatMatrix.zeros(rows.length, rows.length);
        double loss = crossEntropy(logits, sameText(targets), toLogits);

        float weight = (float) settings.weight;
        FloatMatrix toDirections = FloatMatrix.zeros(rows.length, map.columns());
        toLogits.addTimes(targets, weight, toDirections);
        FloatMatrix toMapped = directions.backward(toDirections);
        embeddings.unit().addTransposedTimes(toMapped, 1, toMap);
        FloatMatrix toEmbeddings = embeddings.backward(toMapped.timesTransposed(map));
        float pull = (float) Math.min(1, batch.step() / (double) Math.max(1, settings.ramp));
        FloatMatrix gradient = add(main.gradient(), pull, toEmbeddings, rows);

        Map<String, Double> metrics = new HashMap<>(main.metrics());
        metrics.putIfAbsent(LossResult.METRIC_LOSS, main.loss());
        metrics.put("semantic.loss", loss);
        return new LossResult(
                main.loss() + pull * settings.weight * loss,
                gradient,
                main.validAnchors(),
                main.activeShare(),
                metrics);
    }

    private static int[] rowsWithText(LossBatch batch, float[][] centred) {
        int[] rows = new int[batch.size()];
        int count = 0;
        for (int i = 0; i < batch.size(); i++) {
            if (batch.labels()[i] >= 0 && hasDirection(centred[i])) {
                rows[count++] = i;
            }
        }
        return Arrays.copyOf(rows, count);
    }

    private static boolean hasDirection(float[] vector) {
        for (float x : vector) {
            if (x != 0) {
                return true;
            }
        }
        return false;
    }

    private void startMap(int from, int to) {
        if (map.rows() == from && map.columns() == to) {
            return;
        }
        map = FloatMatrix.zeros(from, to);
        SplittableRandom random = new SplittableRandom(seed);
        double scale = 1 / Math.sqrt(from);
        for (int i = 0; i < from * to; i++) {
            map.values()[i] = (float) (scale * random.nextGaussian());
        }
        toMap = FloatMatrix.zeros(from, to);
        optimiser = new AdamState(to);
        optimiser.grow(from);
    }

    private static boolean[] sameText(FloatMatrix targets) {
        int n = targets.rows();
        float[] cosines = targets.timesTransposed(targets).values();
        boolean[] same = new boolean[n * n];
        for (int i = 0; i < n * n; i++) {
            same[i] = cosines[i] >= SAME_TEXT || i % (n + 1) == 0;
        }
        return same;
    }

    /** Mean cross entropy of each row's softmax to the uniform distribution over its {@code same} columns. */
    private double crossEntropy(FloatMatrix cosines, boolean[] same, FloatMatrix gradient) {
        int n = cosines.rows();
        double total = 0;
        for (int i = 0; i < n; i++) {
            LogSumExp all = new LogSumExp();
            int equal = 0;
            for (int j = 0; j < n; j++) {
                all.add(cosines.get(i, j) / settings.temperature);
                equal += same[i * n + j] ? 1 : 0;
            }
            for (int j = 0; j < n; j++) {
                double logit = cosines.get(i, j) / settings.temperature;
                double target = same[i * n + j] ? 1.0 / equal : 0;
                total += target * (all.value() - logit);
                gradient.values()[i * n + j] = (float) ((all.share(logit) - target) / n / settings.temperature);
            }
        }
        return total / n;
    }

    private static FloatMatrix pick(FloatMatrix from, int[] rows) {
        FloatMatrix out = FloatMatrix.zeros(rows.length, from.columns());
        for (int k = 0; k < rows.length; k++) {
            System.arraycopy(from.values(), rows[k] * from.columns(), out.values(), k * from.columns(), from.columns());
        }
        return out;
    }

    private static FloatMatrix add(FloatMatrix gradient, float factor, FloatMatrix more, int[] rows) {
        int width = gradient.columns();
        FloatMatrix sum =
                new FloatMatrix(gradient.rows(), width, gradient.values().clone());
        for (int k = 0; k < rows.length; k++) {
            FloatMatrix.addScaled(sum.values(), rows[k] * width, factor, more.values(), k * width, width);
        }
        return sum;
    }

    @Override
    public double semanticWeight() {
        return settings.weight;
    }

    @Override
    public void update(double rateFactor) {
        super.update(rateFactor);
        for (int row = 0; row < map.rows(); row++) {
            optimiser.step(map.values(), row, toMap.values(), row * map.columns(), settings.rate * rateFactor, 0);
        }
    }

    @Override
    public void save(SavedState state) {
        super.save(state);
        text.save(state.scope("text"));
        state.putLongs("shape", map.rows(), map.columns());
        state.putFloats("map", map.values());
        optimiser.save(state.scope("optimiser"));
    }

    @Override
    public void load(SavedState state) {
        super.load(state);
        text.load(state.scope("text"));
        long[] shape = state.longs("shape");
        map = new FloatMatrix((int) shape[0], (int) shape[1], state.floats("map"));
        toMap = FloatMatrix.zeros(map.rows(), map.columns());
        optimiser = new AdamState(map.columns());
        optimiser.load(state.scope("optimiser"));
    }
}
