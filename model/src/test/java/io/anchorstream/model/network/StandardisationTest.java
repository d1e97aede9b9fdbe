package io.anchorstream.model.network;

import java.util.Random;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class StandardisationTest {
    private final NDManager manager = Engine.getEngine("PyTorch").newBaseManager();
    private final Standardisation standard = Standardisation.declare(new Weights(manager, 1), "standard", 3);

    @AfterEach
    void free() {
        manager.close();
    }

    private NDArray rows(int count, double offset, long seed) {
        Random random = new Random(seed);
        float[] values = new float[count * 3];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (offset + (1 + i % 3) * random.nextGaussian());
        }
        return manager.create(values, new Shape(count, 3));
    }

    @Test
    void batchesOneAfterTheOtherGiveTheStatisticsOfAllRows() {
        NDArray first = rows(10, 5, 1);
        NDArray second = rows(30, -2, 2);

        standard.learn(first);
        standard.learn(second);

        NDArray standardised = standard.apply(first.concat(second));
        float[] means = standardised.mean(new int[] {0}).toFloatArray();
        float[] squares = standardised.square().mean(new int[] {0}).toFloatArray();
        for (int d = 0; d < 3; d++) {
            assertThat(means[d]).isCloseTo(0, within(1e-5f));
            assertThat(squares[d]).isCloseTo(1, within(1e-4f));
        }
    }

    @Test
    void aGuessServesUntilTheFirstRealRows() {
        NDArray real = rows(20, 7, 3);

        standard.guess(rows(20, 100, 4));
        float guessed = standard.apply(real).mean().getFloat();
        standard.learn(real);

        assertThat(guessed).isLessThan(-10);
        assertThat(standard.apply(real).mean().getFloat()).isCloseTo(0, within(1e-5f));
    }
}
