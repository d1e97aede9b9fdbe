package io.anchorstream.bench.chaos;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TrainerChaosIT {

    @Test
    void aTrainerThatHungFindsItselfReplacedAndPublishesNothingTwice() throws Exception {
        try (TrainerChaos chaos = new TrainerChaos(0, 5, line -> {})) {
            TrainerChaos.Report report = chaos.zombie();

            assertThat(report.violations()).as(report.text()).isEmpty();
            assertThat(report.fenced()).isPositive();
        }
    }
}
