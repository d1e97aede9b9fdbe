package io.anchorstream.model.evaluation;

import java.util.Random;
import java.util.stream.LongStream;

import io.anchorstream.model.loss.EmbeddingMemory;
import io.anchorstream.model.loss.FloatMatrix;
import io.anchorstream.model.loss.SavedState;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class PrequentialScoreTest {
    private static final boolean[] FRESH = {true};

    @Test
    void anItemsOwnEarlierCopyIsNoHit() {
        EmbeddingMemory memory = new EmbeddingMemory(8, 100, 0);
        memory.put(1, row(1, 0), new long[] {7}, new long[] {42}, new float[1][0]);
        PrequentialScore score = new PrequentialScore(1);

        score.score(row(1, 0), new long[] {7}, new long[] {42}, FRESH, memory);

        assertThat(score.scored()).isZero();
        assertThat(score.skipped()).isEqualTo(1);
    }

    @Test
    void fadesOlderItems() {
        EmbeddingMemory memory = new EmbeddingMemory(8, 100, 0);
        memory.put(1, row(1, 0), new long[] {7}, new long[] {1}, new float[1][0]);
        memory.put(1, row(0, 1), new long[] {8}, new long[] {2}, new float[1][0]);
        PrequentialScore score = new PrequentialScore(0.5);

        score.score(row(1, 0), new long[] {7}, new long[] {3}, FRESH, memory);
        score.score(row(1, 0), new long[] {8}, new long[] {4}, FRESH, memory);

        assertThat(score.recallAt1()).isEqualTo(0.5 / 1.5, within(1e-12));
    }

    @Test
    void replayedAndUnlabelledItemsAreNotScored() {
        EmbeddingMemory memory = new EmbeddingMemory(8, 100, 0);
        memory.put(1, row(1, 0), new long[] {0}, new long[] {1}, new float[1][0]);
        PrequentialScore score = new PrequentialScore(1);

        score.score(row(1, 0), new long[] {0}, new long[] {3}, new boolean[] {false}, memory);
        score.score(row(1, 0), new long[] {-1}, new long[] {4}, FRESH, memory);

        assertThat(score.scored() + score.skipped()).isZero();
    }

    @Test
    void randomVectorsScoreChance() {
        Random random = new Random(1);
        EmbeddingMemory memory = new EmbeddingMemory(200, 1000, 0);
        PrequentialScore score = new PrequentialScore(1);
        for (int step = 1; step <= 300; step++) {
            FloatMatrix unit = RetrievalTest.unitRows(random, 10, 8);
            long[] labels = LongStream.range(0, 10).toArray();
            long first = step * 10L;
            long[] items = LongStream.range(first, first + 10).toArray();
            boolean[] fresh = new boolean[10];
            java.util.Arrays.fill(fresh, true);
            score.score(unit, labels, items, fresh, memory);
            memory.put(step, unit, labels, items, new float[10][0]);
        }
        assertThat(score.recallAt1()).isEqualTo(0.1, within(0.02));
    }

    @Test
    void goesOnFromItsSavedState() {
        EmbeddingMemory memory = new EmbeddingMemory(8, 100, 0);
        memory.put(1, row(1, 0), new long[] {7}, new long[] {1}, new float[1][0]);
        PrequentialScore score = new PrequentialScore(0.9);
        score.score(row(1, 0), new long[] {7}, new long[] {3}, FRESH, memory);
        SavedState state = new SavedState();
        score.save(state);

        PrequentialScore restored = new PrequentialScore(0.9);
        restored.load(SavedState.fromBytes(state.toBytes()));

        assertThat(restored.recallAt1()).isEqualTo(score.recallAt1());
        assertThat(restored.scored()).isEqualTo(1);
    }

    private static FloatMatrix row(float... values) {
        return FloatMatrix.of(new float[][] {values});
    }
}
