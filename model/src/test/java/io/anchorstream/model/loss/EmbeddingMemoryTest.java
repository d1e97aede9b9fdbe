package io.anchorstream.model.loss;

import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EmbeddingMemoryTest {
    private final EmbeddingMemory memory = new EmbeddingMemory(5, 10, 3);

    @Test
    void labelZeroIsALabelLikeAnyOther() {
        put(1, 0, 0, 0);

        assertThat(memory.size()).isEqualTo(3);
        assertThat(liveLabels()).containsExactly(0, 0, 0);
    }

    @Test
    void itemsWithoutALabelNeverEnter() {
        int[] slots = put(1, -1, 4);

        assertThat(memory.size()).isEqualTo(1);
        assertThat(slots).containsExactly(-1, 0);
    }

    @Test
    void theOldestRowsMakeRoom() {
        put(1, 1, 2, 3);
        put(2, 4, 5, 6, 7);

        assertThat(memory.size()).isEqualTo(5);
        assertThat(liveLabels()).containsExactly(3L, 4L, 5L, 6L, 7L);
    }

    @Test
    void rowsBeyondTheAgeLimitAreDropped() {
        put(1, 1, 2);
        put(8, 3);

        memory.expire(12);

        assertThat(liveLabels()).containsExactly(3L);
        assertThat(memory.live(0)).isFalse();
        assertThat(memory.live(2)).isTrue();
    }

    @Test
    void lossesDoNotLookBeforeItIsWarm() {
        put(1, 1);

        assertThat(memory.ready(3)).isFalse();
        assertThat(memory.ready(4)).isTrue();
    }

    @Test
    void anItemsOwnEarlierCopyTeachesNothing() {
        LossBatch batch = Batches.random(1, 10, 4, 5, 2);
        memory.put(9, UnitRows.of(batch.embeddings()).unit(), batch.labels(), batch.items(), batch.textVectors());
        PairMetricLoss loss = new PairMetricLoss(
                new ContrastiveLoss(0, 0.5), new PairMetricLoss.Settings(true, 1, 0, 2, -2, 0, false, false));
        LossBatch one = Batches.of(10, new float[][] {batch.embeddings().row(0)}, new long[] {0}, new float[1][0]);

        double withOwnCopy = loss.evaluate(one, memory).loss();
        // Batches numbers items by row: row 0 is the item stored in slot 0, so its only positive left is slot 2.
        float[] a = UnitRows.of(batch.embeddings()).unit().row(0);
        float[] p = UnitRows.of(batch.embeddings()).unit().row(2);
        double distance = 0;
        for (int d = 0; d < a.length; d++) {
            distance += (a[d] - p[d]) * (a[d] - p[d]);
        }

        assertThat(withOwnCopy).isGreaterThanOrEqualTo(Math.sqrt(distance) - 1e-5);
    }

    @Test
    void refusesAStateOfAnotherSize() {
        SavedState state = new SavedState();
        new EmbeddingMemory(7, 10, 3).save(state);

        assertThatThrownBy(() -> memory.load(state))
                .hasMessageContaining("7 rows")
                .hasMessageContaining("5")
                .hasMessageContaining("train.memory-rows=7");
    }

    private long[] liveLabels() {
        return IntStream.of(memory.liveSlots()).mapToLong(memory::label).toArray();
    }

    private int[] put(long step, long... labels) {
        return memory.put(
                step,
                UnitRows.of(FloatMatrix.of(Batches.gaussian(new Random(step), labels.length, 4)))
                        .unit(),
                labels,
                labels,
                new float[labels.length][0]);
    }
}
