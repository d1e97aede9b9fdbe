package io.anchorstream.service.cli;

import java.io.IOException;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FailureReportTest {
    @Test
    void aCauseFollowsTheSentenceWithoutItsFullStop() {
        assertThat(FailureReport.sentence(new IOException("It failed. Do this.", new IOException("no room"))))
                .isEqualTo("It failed. Do this: no room");
    }

    @Test
    void anEllipsisIsNoFullStop() {
        assertThat(FailureReport.sentence(new IOException("It reads \"a lamp...", new IOException("no room"))))
                .isEqualTo("It reads \"a lamp...: no room");
    }

    @Test
    void theLastSentenceKeepsItsFullStop() {
        assertThat(FailureReport.sentence(new IOException("It failed. Do this.")))
                .isEqualTo("It failed. Do this.");
    }
}
