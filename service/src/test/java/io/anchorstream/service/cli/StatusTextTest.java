package io.anchorstream.service.cli;

import java.time.Clock;
import java.util.List;
import java.util.Map;

import io.anchorstream.avro.GenerationState;
import io.anchorstream.service.index.Freshness;
import io.anchorstream.service.index.RefreshProgress.GenerationView;
import io.anchorstream.service.index.RefreshProgress.PartitionView;
import io.anchorstream.service.monitor.ServiceStatus;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StatusTextTest {
    private static final GenerationView COMPLETE = generation(7, 5, GenerationState.COMPLETE, 2_000);

    @Test
    void saysWhichVersionIsSearchedWhileTheNextGenerationFills() {
        GenerationView filling = generation(8, 6, GenerationState.OPENED, 0);

        assertThat(text(6, 8, filling))
                .contains("version 6 in service")
                .contains("; searches use version 5 until generation 8 is complete");
    }

    @Test
    void saysNothingOfThatOnceTheGenerationIsComplete() {
        assertThat(text(5, 7, COMPLETE)).contains("version 5 in service").doesNotContain("searches use");
    }

    @Test
    void saysThatNothingIsKnownYetOfAGenerationThatNoPartitionReportedOn() {
        GenerationView opened =
                new GenerationView(8, 6, GenerationState.OPENED, "filling", 0, 0, 4, 0, 1_000, 0, List.of(), List.of());

        assertThat(text(6, 8, opened))
                .contains("filling, nothing is known of its items yet")
                .doesNotContain("0 of 0");
    }

    @Test
    void saysThatThereAreNoItemsWhereEveryPartitionReportedNone() {
        GenerationView opened = new GenerationView(
                8,
                6,
                GenerationState.OPENED,
                "filling",
                0,
                0,
                1,
                1,
                1_000,
                0,
                List.of(),
                List.of(new PartitionView(0, 0, 0, true, 1_000)));

        assertThat(text(6, 8, opened))
                .contains("filling, 1 of 1 partitions reported: no items yet")
                .doesNotContain("nothing is known", "0 of 0");
    }

    private static String text(long version, long generation, GenerationView newest) {
        return StatusText.of(
                new ServiceStatus(
                        null,
                        List.of(),
                        10,
                        List.of(),
                        new ServiceStatus.Learning(60, null),
                        new ServiceStatus.Model(version, generation, 60, 1_000, List.of()),
                        newest,
                        COMPLETE,
                        new ServiceStatus.DeadLetterCount(0, Map.of()),
                        new Freshness().quantiles()),
                "broker:9092",
                Clock.systemUTC());
    }

    private static GenerationView generation(long number, long version, GenerationState state, long completedAt) {
        return new GenerationView(
                number, version, state, "a phase", 10, 5, 4, 1, 1_000, completedAt, List.of(), List.of());
    }
}
