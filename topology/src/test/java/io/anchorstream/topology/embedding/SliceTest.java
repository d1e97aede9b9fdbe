package io.anchorstream.topology.embedding;

import java.time.Duration;

import io.anchorstream.topology.pacing.ManualClock;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SliceTest {
    private final ManualClock clock = new ManualClock();
    private final Slice slice = new Slice(EmbedSettings.defaults(1), clock);

    @Test
    void fewNewItemsWaitTwentyTimesAsLongAsTheLastOnesTook() {
        embed(2, Duration.ofMillis(8));

        assertThat(takesOneAfter(159))
                .as("a millisecond before the rest is over")
                .isFalse();
        assertThat(takesOneAfter(1)).as("after it").isTrue();
    }

    @Test
    void nobodyWaitsLongerThanFourTenthsOfASecondForCompany() {
        embed(32, Duration.ofSeconds(1));

        assertThat(takesOneAfter(399)).isFalse();
        assertThat(takesOneAfter(1)).isTrue();
    }

    @Test
    void asManyAsFillASliceDoNotWait() {
        embed(2, Duration.ofMillis(8));

        slice.begin();
        int full = slice.batch();
        clock.pass(Duration.ofMillis(90));

        assertThat(slice.takes(full - 1)).isFalse();
        assertThat(slice.takes(full)).isTrue();
    }

    private boolean takesOneAfter(long millis) {
        clock.pass(Duration.ofMillis(millis));
        slice.begin();
        return slice.takes(1);
    }

    private void embed(int items, Duration time) {
        slice.begin();
        long began = clock.millis();
        clock.pass(time);
        slice.took(items, time.toNanos());
        slice.rest(began);
    }
}
