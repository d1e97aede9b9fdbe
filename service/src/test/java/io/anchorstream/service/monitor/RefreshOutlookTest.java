package io.anchorstream.service.monitor;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.VersionState;
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

        RefreshOutlook outlook =
                RefreshOutlook.of(progress.generations(), serving(4, 5), OptionalDouble.of(600), 23_000);

        assertThat(outlook.running()).isTrue();
        assertThat(outlook.partitions()).hasSize(2);
        assertThat(outlook.partitions().get(0).perSecond()).isCloseTo(50, within(1e-9));
        assertThat(outlook.partitions().get(0).etaSeconds()).isEqualTo(3.0);
        assertThat(outlook.partitions().get(1).etaSeconds()).isZero();
        assertThat(outlook.all()).isNotNull().satisfies(all -> {
            assertThat(all.perSecond()).isCloseTo(250 / 3.0, within(1e-9));
            assertThat(all.etaSeconds()).isEqualTo(3.0);
        });
        assertThat(outlook.waiting()).isEqualTo(new RefreshOutlook.Waiting(4, 5, 77));
        assertThat(outlook.prediction()).isNotNull().satisfies(one -> {
            assertThat(one.measuredOn()).isEqualTo(1);
            assertThat(one.items()).isEqualTo(400);
            assertThat(one.perSecond()).isCloseTo(100, within(1e-9));
            assertThat(one.seconds()).isCloseTo(4, within(1e-9));
            assertThat(one.bytes()).isEqualTo(240_000);
        });
    }

    @Test
    void predictsNothingFromAReturnToAnOlderVersion() {
        generation(1, 1_000, 400);
        event(2, 0, GenerationState.OPENED, -1, 0, 0, false, 20_000);
        event(2, 0, GenerationState.COMPLETE, -1, 400, 400, true, 20_100);
        RefreshOutlook outlook =
                RefreshOutlook.of(progress.generations(), serving(0, 2), OptionalDouble.empty(), 23_000);
        assertThat(outlook.waiting()).isNull();
        assertThat(outlook.prediction()).isNotNull().satisfies(one -> assertThat(one.measuredOn())
                .isEqualTo(1));
    }

    @Test
    void measuresAReturnToAVersionWhoseVectorsWereNotKept() {
        generation(1, 1_000, 400);
        generation(2, 10_000, 400);
        generation(3, 20_000, 400);
        event(4, 1, GenerationState.OPENED, -1, 0, 0, false, 30_000);
        event(4, 1, GenerationState.COMPLETE, -1, 400, 400, true, 32_000);
        event(5, 3, GenerationState.OPENED, -1, 0, 0, false, 40_000);
        event(5, 3, GenerationState.COMPLETE, -1, 400, 400, true, 40_100);

        RefreshOutlook outlook =
                RefreshOutlook.of(progress.generations(), serving(3, 5), OptionalDouble.empty(), 50_000);

        assertThat(outlook.prediction()).isNotNull().satisfies(one -> {
            assertThat(one.measuredOn()).as("the vectors of 5 were kept").isEqualTo(4);
            assertThat(one.perSecond()).isCloseTo(200, within(1e-9));
        });
    }

    @Test
    void predictsNothingFromTheFirstGeneration() {
        generation(0, 1_000, 400);
        assertThat(RefreshOutlook.of(progress.generations(), serving(0, 0), OptionalDouble.empty(), 9_000)
                        .prediction())
                .isNull();
        assertThat(RefreshOutlook.of(List.of(), Optional.empty(), OptionalDouble.empty(), 0)
                        .running())
                .isFalse();
    }

    /** Opened at a time, complete four seconds later. */
    private void generation(long generation, long openedAt, long items) {
        event(generation, GenerationState.OPENED, -1, 0, 0, false, openedAt);
        event(generation, GenerationState.COMPLETE, -1, items, items, true, openedAt + 4_000);
    }

    private static Optional<ModelVersion> serving(long version, long generation) {
        return Optional.of(ModelVersion.newBuilder()
                .setVersion(version)
                .setState(VersionState.PROMOTED)
                .setGeneration(generation)
                .setDimension(2)
                .setNetwork("{}")
                .setNetworkDigest("n")
                .setWeightsDigest("w")
                .setWeightsBytes(1)
                .setTimestamp(77)
                .build());
    }

    private void event(
            long generation,
            GenerationState state,
            int partition,
            long items,
            long embedded,
            boolean done,
            long timestamp) {
        event(generation, generation, state, partition, items, embedded, done, timestamp);
    }

    private void event(
            long generation,
            long version,
            GenerationState state,
            int partition,
            long items,
            long embedded,
            boolean done,
            long timestamp) {
        progress.apply(GenerationEvent.newBuilder()
                .setGeneration(generation)
                .setModelVersion(version)
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
