package io.anchorstream.bench.jmh;

import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.anchorstream.model.loss.EmbeddingMemory;
import io.anchorstream.model.loss.FloatMatrix;
import io.anchorstream.model.loss.LossBatch;
import io.anchorstream.model.loss.LossResult;
import io.anchorstream.model.loss.Losses;
import io.anchorstream.model.loss.MetricLoss;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Value and gradient of a loss on one batch of 16 x 4 items, 128 dimensions. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LossBenchmark {
    private static final int LABELS = 16;
    private static final int PER_LABEL = 4;
    private static final int DIMENSION = 128;
    private static final int TEXT_DIMENSION = 384;

    @Param({
        "triplet-batch-hard",
        "triplet-semi-hard",
        "triplet-batch-all",
        "triplet-soft-margin",
        "adaptive-triplet",
        "contrastive",
        "contrastive-xbm",
        "multi-similarity",
        "lifted-structured",
        "lifted-structured-generalised",
        "n-pair",
        "log-ratio",
        "recall-at-k",
        "aitl",
        "proxy-anchor",
        "soft-triple",
        "adaptive-margin-proxy",
        "fat",
        "triplet-upper-bound",
        "hdml"
    })
    public String loss = "";

    private MetricLoss metricLoss = Losses.create("triplet-batch-hard", Map.of(), 1);
    private LossBatch batch = batch(new Random(7));
    private final EmbeddingMemory memory = EmbeddingMemory.none();

    @Setup
    public void create() {
        metricLoss = Losses.create(loss, Map.of(), 1);
        batch = batch(new Random(7));
    }

    @Benchmark
    public LossResult evaluate() {
        return metricLoss.evaluate(batch, memory);
    }

    private static LossBatch batch(Random random) {
        int n = LABELS * PER_LABEL;
        float[][] embeddings = new float[n][DIMENSION];
        float[][] texts = new float[n][];
        long[] labels = new long[n];
        long[] items = new long[n];
        float[] confidence = new float[n];
        for (int i = 0; i < n; i++) {
            for (int d = 0; d < DIMENSION; d++) {
                embeddings[i][d] = (float) random.nextGaussian();
            }
            labels[i] = i / PER_LABEL;
            items[i] = i;
            confidence[i] = 1;
            texts[i] = i % PER_LABEL == 0 ? unit(random) : texts[i - 1];
        }
        return new LossBatch(1, FloatMatrix.of(embeddings), labels, items, texts, confidence, new boolean[n]);
    }

    private static float[] unit(Random random) {
        float[] vector = new float[TEXT_DIMENSION];
        double square = 0;
        for (int d = 0; d < vector.length; d++) {
            vector[d] = (float) random.nextGaussian();
            square += vector[d] * vector[d];
        }
        for (int d = 0; d < vector.length; d++) {
            vector[d] /= (float) Math.sqrt(square);
        }
        return vector;
    }
}
