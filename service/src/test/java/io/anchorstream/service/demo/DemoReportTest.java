package io.anchorstream.service.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.anchorstream.avro.GenerationState;
import io.anchorstream.service.index.Freshness;
import io.anchorstream.service.index.RefreshProgress.GenerationView;
import io.anchorstream.service.monitor.DeadLetters;
import io.anchorstream.service.monitor.PipelineMonitor.PipelineView;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DemoReportTest {
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
    void saysInTheEndWhereThePageIsAndHowToGoOn() {
        List<String> lines = new ArrayList<>();
        new DemoReport(lines::add).done(List.of(), view(IDLE, 2, 2, 5_000), "http://localhost:1");

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
