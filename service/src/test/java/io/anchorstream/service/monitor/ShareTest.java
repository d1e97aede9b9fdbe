package io.anchorstream.service.monitor;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ShareTest {
    @Test
    void hasOneDecimalAndRoundsHalvesUp() {
        assertThat(Share.percent(0)).isEqualTo("0.0 %");
        assertThat(Share.percent(1)).isEqualTo("100.0 %");
        assertThat(Share.percent(0.6125)).isEqualTo("61.3 %");
        assertThat(Share.percent(0.61249)).isEqualTo("61.2 %");
        assertThat(Share.percent(0.0004)).isEqualTo("0.0 %");
    }

    @Test
    void pointsAreTheDifferenceOfWhatIsShown() {
        // 61.3 % and 60.0 % are shown; their exact difference of 1.21 points would read +1.2 beside them.
        assertThat(Share.points(0.6125, 0.6004)).isEqualTo("+1.3");
        assertThat(Share.points(0.5, 0.5128)).isEqualTo("-1.3");
        assertThat(Share.points(0.5, 0.5)).isEqualTo("+0.0");
    }
}
