package io.anchorstream.service.http;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class NeedsChromiumTest {
    @Test
    void runsWithABrowserAndIsLeftOutWithAReasonWithoutOne() {
        assertThat(NeedsChromium.Condition.decide(true, false).isDisabled()).isFalse();
        assertThat(NeedsChromium.Condition.decide(false, false).isDisabled()).isTrue();
        assertThat(NeedsChromium.Condition.decide(false, false).getReason())
                .hasValueSatisfying(
                        reason -> assertThat(reason).contains("apt-get install", "-Dbrowser.required=true"));
    }

    @Test
    void isNeverLeftOutWhereABrowserIsRequired() {
        assertThat(NeedsChromium.Condition.decide(false, true).isDisabled()).isFalse();
    }
}
