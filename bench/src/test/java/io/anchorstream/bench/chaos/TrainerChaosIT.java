package io.anchorstream.bench.chaos;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TrainerChaosIT {

    /** The long form is {@code ./anchorstream bench chaos --kills 100}. */
    @Test
    void twentyKillsLeaveTheWeightsOfAnUninterruptedRun() throws Exception {
        try (TrainerChaos chaos = new TrainerChaos(20, 4, line -> {})) {
            TrainerChaos.Report report = chaos.run();

            assertThat(report.violations()).as(report.text()).isEmpty();
            assertThat(report.kills()).isGreaterThanOrEqualTo(20);
            assertThat(report.points()).hasSize(CrashPoint.values().length + 1);
        }
    }

    @Test
    void aTrainerThatHungFindsItselfReplacedAndPublishesNothingTwice() throws Exception {
        try (TrainerChaos chaos = new TrainerChaos(0, 5, line -> {})) {
            TrainerChaos.Report report = chaos.zombie();

            assertThat(report.violations()).as(report.text()).isEmpty();
            assertThat(report.fenced()).isPositive();
        }
    }
}
