package io.anchorstream.service.monitor;

import java.util.List;
import java.util.OptionalDouble;

import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.service.index.RefreshProgress;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class RefreshOutlookTest {
    private final RefreshProgress progress = new RefreshProgress();

    @Test
    void tellsThePaceOfEachPartitionAndThePriceOfOneMoreRefresh() {
        generation(1, 1_000, 400);
        event(2, GenerationState.OPENED, -1, 0, 0, false, 20_000);
        event(2, GenerationState.PROGRESS, 0, 250, 100, false, 22_000);
        event(2, GenerationState.PROGRESS, 1, 150, 150, true, 21_000);

        RefreshOutlook outlook = RefreshOutlook.of(progress.generations(), OptionalDouble.of(600), 23_000);

        assertThat(outlook.running()).isTrue();
        assertThat(outlook.partitions()).hasSize(2);
        assertThat(outlook.partitions().get(0).perSecond()).isCloseTo(50, within(1e-9));
        assertThat(outlook.partitions().get(0).etaSeconds()).isEqualTo(3.0);
        assertThat(outlook.partitions().get(1).etaSeconds()).isZero();
        assertThat(outlook.prediction()).isNotNull().satisfies(one -> {
            assertThat(one.measuredOn()).isEqualTo(1);
            assertThat(one.items()).isEqualTo(400);
            assertThat(one.perSecond()).isCloseTo(100, within(1e-9));
            assertThat(one.seconds()).isCloseTo(4, within(1e-9));
            assertThat(one.bytes()).isEqualTo(240_000);
        });
    }

    @Test
    void predictsNothingFromTheFirstGeneration() {
        generation(0, 1_000, 400);
        assertThat(RefreshOutlook.of(progress.generations(), OptionalDouble.empty(), 9_000)
                        .prediction())
                .isNull();
        assertThat(RefreshOutlook.of(List.of(), OptionalDouble.empty(), 0).running())
                .isFalse();
    }

    /** Opened at a time, complete four seconds later. */
    private void generation(long generation, long openedAt, long items) {
        event(generation, GenerationState.OPENED, -1, 0, 0, false, openedAt);
        event(generation, GenerationState.COMPLETE, -1, items, items, true, openedAt + 4_000);
    }

    private void event(
            long generation,
            GenerationState state,
            int partition,
            long items,
            long embedded,
            boolean done,
            long timestamp) {
        progress.apply(GenerationEvent.newBuilder()
                .setGeneration(generation)
                .setModelVersion(generation)
                .setState(state)
                .setPartition(partition)
                .setPartitions(2)
                .setItems(items)
                .setEmbedded(embedded)
                .setDone(done)
                .setTimestamp(timestamp)
                .build());
    }
}
