package io.anchorstream.bench.chaos;

import java.util.EnumSet;

import io.anchorstream.service.run.Role;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RoleChaosIT {

    /** The long form is {@code ./anchorstream bench chaos --roles label,train,embed --rounds 10}. */
    @Test
    void everyItemHasOneAnswerAfterEachRoleAndABrokerWereKilled() throws Exception {
        try (RoleChaos chaos = new RoleChaos(EnumSet.of(Role.LABEL, Role.TRAIN, Role.EMBED), 1, 15, 4, line -> {})) {
            RoleChaos.Report report = chaos.run();

            assertThat(report.violations()).as(report.text()).isEmpty();
            assertThat(report.kills()).isEqualTo(3);
            assertThat(report.brokerKills()).isEqualTo(1);
        }
    }
}
