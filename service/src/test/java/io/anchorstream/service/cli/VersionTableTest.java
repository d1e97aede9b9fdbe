package io.anchorstream.service.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;

import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.VersionState;
import io.anchorstream.service.operate.VersionSummary;
import io.anchorstream.topology.versions.VersionHistory;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class VersionTableTest {
    @Test
    void namesWhatServedBeforeAndMarksScoresOverFewPictures() {
        VersionHistory history = new VersionHistory();
        for (ModelVersion event : List.of(version(0, 300), version(1, 400), version(2, 1_000))) {
            assertThat(history.apply(event)).isEmpty();
        }
        StringWriter out = new StringWriter();

        VersionTable.print(
                history.versions().stream()
                        .map(event -> VersionSummary.of(event, history))
                        .toList(),
                new PrintWriter(out, true));

        List<String> lines = out.toString().lines().toList();
        assertThat(lines.get(0)).contains("hold-out/test pictures");
        assertThat(lines.get(1)).contains("was the start", "300 / 500", "*");
        assertThat(lines.get(2)).contains("was in service", "400 / 500", "*");
        assertThat(lines.get(3)).contains("in service", "1,000 / 500").doesNotContain("*");
        assertThat(lines.get(lines.size() - 1)).startsWith("*: too few pictures");
    }

    private static ModelVersion version(long version, double pictures) {
        return ModelVersion.newBuilder()
                .setVersion(version)
                .setState(VersionState.PROMOTED)
                .setGeneration(version)
                .setDimension(2)
                .setNetwork("{}")
                .setNetworkDigest("n")
                .setWeightsDigest("w")
                .setWeightsBytes(1)
                .setMetrics(Map.of("holdout.recall_at_1", 0.5, "holdout.pictures", pictures, "test.pictures", 500.0))
                .setTimestamp(77)
                .build();
    }
}
