package io.anchorstream.service.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.VersionState;
import io.anchorstream.service.index.Freshness;
import io.anchorstream.service.index.RefreshProgress.GenerationView;
import io.anchorstream.service.monitor.DeadLetters;
import io.anchorstream.service.monitor.PipelineMonitor.PipelineView;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DemoReportTest {
    private static final long STARTED = 1_700_000_000_000L;
    private static final Map<String, Long> IDLE = Map.of("label", 0L, "train", 0L, "embed", 0L, "index", 0L);

    @Test
    void isDoneOnceNothingWaitsAndTheNewestVersionIsSearched() {
        assertThat(DemoReport.isDone(100, 100, view(IDLE, 2, 2, 5_000))).isTrue();

        assertThat(DemoReport.isDone(99, 100, view(IDLE, 2, 2, 5_000))).isFalse();
        assertThat(DemoReport.isDone(100, 100, view(IDLE, 1, 2, 5_000))).isFalse();
        assertThat(DemoReport.isDone(100, 100, view(IDLE, 2, 2, 0))).isFalse();
        assertThat(DemoReport.isDone(100, 100, view(Map.of("label", 0L), 2, 2, 5_000)))
                .isFalse();
        assertThat(DemoReport.isDone(
                        100, 100, view(Map.of("label", 0L, "train", 3L, "embed", 0L, "index", 0L), 2, 2, 5_000)))
                .isFalse();
    }

    @Test
    void tellsWhatEarlierRunsDidInOneLineAndThenOnlyWhatIsNew() {
        List<String> lines = new ArrayList<>();
        DemoReport report = new DemoReport(lines::add, STARTED);
        List<ModelVersion> versions = new ArrayList<>(List.of(
                version(0, VersionState.PROMOTED, STARTED - 3_000),
                version(1, VersionState.REJECTED, STARTED - 2_000),
                version(2, VersionState.PROMOTED, STARTED - 1_000)));

        report.look(versions, view(IDLE, 2, 2, 5_000));
        report.look(versions, view(IDLE, 2, 2, 5_000));

        assertThat(lines)
                .singleElement()
                .asString()
                .isEqualTo("  from earlier runs: 2 trained versions, the newest after 200 steps;"
                        + " generation 2 is searched: 100 items under version 2");

        lines.clear();
        versions.add(version(3, VersionState.PROMOTED, STARTED + 1_000));
        versions.set(2, version(2, VersionState.ROLLED_BACK, STARTED + 2_000));
        report.look(versions, view(IDLE, 3, 3, 5_000));

        assertThat(lines)
                .satisfiesExactly(
                        two -> assertThat(two).contains("version 2 rolled back"),
                        three -> assertThat(three).contains("version 3 promoted after 300 steps"),
                        now -> assertThat(now).contains("generation 3 is searched now"));
    }

    @Test
    void aFirstRunHasNoHistory() {
        List<String> lines = new ArrayList<>();
        DemoReport report = new DemoReport(lines::add, STARTED);

        report.look(List.of(), view(IDLE, -1, -1, 0));
        report.look(List.of(version(0, VersionState.PROMOTED, STARTED)), view(IDLE, -1, 0, 0));

        assertThat(lines).singleElement().asString().contains("version 0 promoted");
    }

    private static ModelVersion version(long number, VersionState state, long timestamp) {
        return ModelVersion.newBuilder()
                .setVersion(number)
                .setState(state)
                .setGeneration(number)
                .setStep(100 * number)
                .setDimension(2)
                .setNetwork("")
                .setNetworkDigest("")
                .setWeightsDigest("")
                .setWeightsBytes(0)
                .setTimestamp(timestamp)
                .build();
    }

    @Test
    void saysInTheEndWhereThePageIsAndHowToGoOn() {
        List<String> lines = new ArrayList<>();
        new DemoReport(lines::add, STARTED).done(List.of(), view(IDLE, 2, 2, 5_000), "http://localhost:1");

        assertThat(lines)
                .satisfiesExactly(
                        what -> assertThat(what).contains("done: all 100 items are searchable under version 2"),
                        next -> assertThat(next).contains("http://localhost:1", "ingest FOLDER"));
    }

    @Test
    void progressNamesNoFreshnessOfItemsThatCameLongAgo() {
        PipelineView view = view(IDLE, 2, 2, 5_000);

        assertThat(DemoReport.progress(50, 100, view)).contains("new items searchable within 9.9 s");
        assertThat(DemoReport.progress(100, 100, view)).doesNotContain("searchable within");
    }

    private static PipelineView view(Map<String, Long> lag, long serving, long promoted, long completedAt) {
        return new PipelineView(
                100,
                100,
                100,
                0,
                10,
                5,
                40,
                3L,
                100,
                serving,
                serving,
                promoted,
                List.of(),
                List.of(new GenerationView(
                        2,
                        2,
                        completedAt > 0 ? GenerationState.COMPLETE : GenerationState.OPENED,
                        "complete",
                        100,
                        100,
                        1,
                        1,
                        1,
                        completedAt,
                        List.of(),
                        List.of())),
                "",
                new Freshness.Quantiles(100, 500L, 9_900L),
                new DeadLetters().view(),
                Map.of(),
                lag,
                Map.of(),
                Map.of());
    }
}
