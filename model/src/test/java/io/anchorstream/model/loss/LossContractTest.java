package io.anchorstream.model.loss;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.within;

/** What holds for every loss one can name. */
class LossContractTest {
    private static final int DIMENSION = 8;

    static Stream<String> names() {
        return Losses.all().stream().map(LossSpec::name);
    }

    @ParameterizedTest
    @MethodSource("names")
    void staysFiniteAndTeachesOverManySteps(String name) {
        Run run = new Run(name, Map.of("semantic-weight", "0.5", "replay-distillation", "1"));
        for (int step = 1; step <= 30; step++) {
            LossResult result = run.step(step);
            assertThat(result.isFinite()).isTrue();
            assertThat(result.validAnchors()).isPositive();
            assertThat(result.activeShare()).isBetween(0.0, 1.0);
        }
    }

    /** Every loss with every term of its own or of all losses that keeps a state. */
    static Stream<Arguments> stateful() {
        Map<String, String> shared = Map.of(
                "semantic-weight", "0.5",
                "replay-distillation", "1",
                "noise-rate", "0.1",
                "confidence-weights", "true");
        return Losses.all().stream().map(spec -> {
            Map<String, String> options = new HashMap<>(shared);
            spec.options().forEach(option -> {
                if (option.name().equals("memory-weight") || option.name().equals("distillation")) {
                    options.put(option.name(), "1");
                } else if (option.name().equals("memory-match")) {
                    options.put(option.name(), "true");
                } else if (option.name().equals("compactness")) {
                    options.put(option.name(), "radius");
                }
            });
            return Arguments.of(spec.name(), options);
        });
    }

    @ParameterizedTest
    @MethodSource("stateful")
    void goesOnBitIdenticallyFromItsSavedState(String name, Map<String, String> options) {
        Run straight = new Run(name, options);
        Run first = new Run(name, options);
        for (int step = 1; step <= 7; step++) {
            if (step == 5) {
                straight.loss.drifted();
                first.loss.drifted();
            }
            straight.step(step);
            first.step(step);
        }
        Run resumed = new Run(name, options);
        resumed.load(first.save());

        for (int step = 8; step <= 11; step++) {
            LossResult expected = straight.step(step);
            LossResult actual = resumed.step(step);
            assertThat(actual.loss()).isEqualTo(expected.loss());
            assertThat(actual.gradient().values()).isEqualTo(expected.gradient().values());
            assertThat(actual.metrics()).isEqualTo(expected.metrics());
        }
        assertThat(resumed.save()).isEqualTo(straight.save());
    }

    @ParameterizedTest
    @MethodSource("names")
    void aBatchWithoutLabelsIsExactlyZeroAndCounted(String name) {
        LossBatch batch = Batches.random(5, 1, 12, DIMENSION, 3);
        long[] none = new long[12];
        Arrays.fill(none, -1);

        assertNothing(name, relabelled(batch, none));
    }

    @ParameterizedTest
    @MethodSource("names")
    void oneClassIsExactlyZeroAndCounted(String name) {
        assertNothing(name, relabelled(Batches.random(5, 1, 12, DIMENSION, 3), new long[12]));
    }

    @ParameterizedTest
    @MethodSource("names")
    void anEmptyBatchIsNothing(String name) {
        assertNothing(
                name,
                new LossBatch(
                        1,
                        FloatMatrix.zeros(0, DIMENSION),
                        new long[0],
                        new long[0],
                        new float[0][],
                        new float[0],
                        new boolean[0]));
    }

    @ParameterizedTest
    @MethodSource("names")
    void collapsedAndZeroEmbeddingsGiveNoNaN(String name) {
        Run run = new Run(name, Map.of("semantic-weight", "0.5", "replay-distillation", "1"));
        LossBatch batch = Batches.random(5, 1, 12, DIMENSION, 3);
        FloatMatrix same = FloatMatrix.zeros(12, DIMENSION);
        Arrays.fill(same.values(), 0.3f);

        assertThat(run.loss
                        .evaluate(Batches.withEmbeddings(batch, same), run.memory)
                        .isFinite())
                .isTrue();
        assertThat(run.loss
                        .evaluate(Batches.withEmbeddings(batch, FloatMatrix.zeros(12, DIMENSION)), run.memory)
                        .isFinite())
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("names")
    void itemsWithoutTextGiveNoNaN(String name) {
        Run run = new Run(name, Map.of("semantic-weight", "0.5", "replay-distillation", "1"));
        LossBatch batch = Batches.random(5, 1, 12, DIMENSION, 3);
        float[][] texts = batch.textVectors().clone();
        texts[0] = new float[0];
        texts[1] = new float[12];
        LossBatch partly = Batches.of(1, rows(batch.embeddings()), batch.labels(), texts);
        LossBatch fully = Batches.of(2, rows(batch.embeddings()), batch.labels(), new float[12][0]);

        assertThat(run.loss.evaluate(partly, run.memory).isFinite()).isTrue();
        assertThat(run.loss.evaluate(fully, run.memory).isFinite()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("names")
    void theOrderOfTheBatchDoesNotMatter(String name) {
        LossBatch batch = Batches.random(9, 1, 12, DIMENSION, 4);
        int[] order = {7, 2, 11, 0, 5, 9, 1, 10, 3, 8, 4, 6};
        float[][] embeddings = new float[12][];
        float[][] texts = new float[12][];
        long[] labels = new long[12];
        for (int i = 0; i < 12; i++) {
            embeddings[i] = batch.embeddings().row(order[i]);
            texts[i] = batch.textVectors()[order[i]];
            labels[i] = batch.labels()[order[i]];
        }

        // Labels that are new take their places in the order of arrival: let both know the labels first.
        MetricLoss one = fresh(name);
        MetricLoss other = fresh(name);
        one.evaluate(batch, EmbeddingMemory.none());
        other.evaluate(batch, EmbeddingMemory.none());
        double straight = one.evaluate(batch, EmbeddingMemory.none()).loss();
        double shuffled = other.evaluate(Batches.of(1, embeddings, labels, texts), EmbeddingMemory.none())
                .loss();

        assertThat(shuffled).isCloseTo(straight, within(2e-4 * (1 + Math.abs(straight))));
    }

    /** Along random directions the loss must change as the gradient says. */
    @ParameterizedTest
    @MethodSource("names")
    void theGradientAgreesWithFiniteDifferences(String name) {
        // The weighting by J_gen is a constant to the gradient: put all weight on the synthetic tuples.
        Run run = new Run(
                name,
                name.equals("hdml")
                        ? Map.of("semantic-weight", "0.5", "beta", "1000000", "replay-distillation", "1")
                        : Map.of("semantic-weight", "0.5", "replay-distillation", "1"));
        for (int step = 1; step <= 6; step++) {
            run.step(step);
        }
        byte[] state = run.save();
        LossBatch batch = Batches.random(77, 7, 12, DIMENSION, 4);
        FloatMatrix gradient = run.loss.evaluate(batch, run.memory).gradient();
        Random random = new Random(1);
        double largest = 0;
        for (float g : gradient.values()) {
            largest += (double) g * g;
        }
        largest = Math.sqrt(largest);
        for (int trial = 0; trial < 5; trial++) {
            float[] direction = new float[gradient.values().length];
            double norm = 0;
            for (int i = 0; i < direction.length; i++) {
                direction[i] = trial == 0 ? gradient.values()[i] : (float) random.nextGaussian();
                norm += direction[i] * direction[i];
            }
            double expected = 0;
            for (int i = 0; i < direction.length; i++) {
                direction[i] /= (float) Math.sqrt(norm);
                expected += (double) direction[i] * gradient.values()[i];
            }
            double h = 3e-4;
            double measured = (run.at(state, batch, direction, h) - run.at(state, batch, direction, -h)) / (2 * h);
            assertThat(measured).isCloseTo(expected, within(0.02 * largest));
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void refusesAStateThatIsNotItsOwn(String name) {
        assertThatCode(() -> fresh(name).load(new SavedState()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no entry");
    }

    private static void assertNothing(String name, LossBatch batch) {
        LossResult result = fresh(name).evaluate(batch, EmbeddingMemory.none());
        assertThat(result.loss()).isZero();
        assertThat(result.validAnchors()).isZero();
        assertThat(result.teaches()).isFalse();
        assertThat(result.gradient().rows()).isEqualTo(batch.size());
        for (float g : result.gradient().values()) {
            assertThat(g).isZero();
        }
    }

    private static MetricLoss fresh(String name) {
        return Losses.create(name, Map.of(), 3);
    }

    private static LossBatch relabelled(LossBatch batch, long[] labels) {
        return Batches.of(batch.step(), rows(batch.embeddings()), labels, batch.textVectors());
    }

    private static float[][] rows(FloatMatrix matrix) {
        float[][] rows = new float[matrix.rows()][];
        Arrays.setAll(rows, matrix::row);
        return rows;
    }

    /** A loss with its memory, trained on batches that depend on the step alone. */
    private static final class Run {
        final MetricLoss loss;
        final EmbeddingMemory memory = new EmbeddingMemory(40, 5, 2);

        Run(String name, Map<String, String> options) {
            loss = Losses.create(name, options, 3);
        }

        LossResult step(int step) {
            LossBatch batch = Batches.random(100 + step, step, 12, DIMENSION, 3 + new Random(step).nextInt(3));
            memory.expire(step);
            memory.observe(UnitRows.of(batch.embeddings()).unit(), batch.items());
            LossResult result = loss.evaluate(batch, memory);
            if (result.teaches()) {
                loss.update(1);
            }
            memory.put(
                    step,
                    UnitRows.of(batch.embeddings()).unit(),
                    loss.trusted(batch),
                    batch.items(),
                    batch.textVectors());
            return result;
        }

        /** The loss at {@code batch + h direction}, from the saved state. */
        double at(byte[] state, LossBatch batch, float[] direction, double h) {
            load(state);
            FloatMatrix moved = new FloatMatrix(
                    batch.size(), DIMENSION, batch.embeddings().values().clone());
            for (int i = 0; i < direction.length; i++) {
                moved.values()[i] += (float) (h * direction[i]);
            }
            return loss.evaluate(Batches.withEmbeddings(batch, moved), memory).loss();
        }

        byte[] save() {
            SavedState state = new SavedState();
            loss.save(state.scope("loss"));
            memory.save(state.scope("memory"));
            return state.toBytes();
        }

        void load(byte[] bytes) {
            SavedState state = SavedState.fromBytes(bytes);
            loss.load(state.scope("loss"));
            memory.load(state.scope("memory"));
        }
    }
}
