package io.anchorstream.topology.versions;

import java.io.IOException;
import java.util.Set;

import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LoadFailuresTest {
    private static final long NOW = 1_000_000;

    private final LoadFailures failures = new LoadFailures();

    @Test
    void missesWeightsThatAreNotOnTheTopicAtOnce() {
        failures.failed(3, new IOException("chunk 0 of 2 is not on the topic"), NOW);
        assertThat(failures.isLasting(3)).isTrue();
        assertThat(failures.isLasting(4)).isFalse();
    }

    @Test
    void waitsAMinuteForWhatMayPass() {
        for (long passed = 0; passed < LoadFailures.LASTING.toMillis(); passed += LoadFailures.RETRY.toMillis()) {
            failures.failed(3, new TimeoutException("no broker"), NOW + passed);
            assertThat(failures.isLasting(3)).as("after %s ms", passed).isFalse();
        }
        failures.failed(3, new TimeoutException("no broker"), NOW + LoadFailures.LASTING.toMillis());
        assertThat(failures.isLasting(3)).isTrue();
    }

    @Test
    void countsTheMinuteAnewOnceAModelWasLoaded() {
        failures.failed(3, new IllegalStateException("no memory"), NOW);
        failures.loaded(3);
        failures.failed(3, new IllegalStateException("no memory"), NOW + LoadFailures.LASTING.toMillis());
        assertThat(failures.isLasting(3)).isFalse();
    }

    @Test
    void restsBetweenTwoTries() {
        failures.failed(3, new IOException("missing"), NOW);
        assertThat(failures.rests(3, NOW + LoadFailures.RETRY.toMillis() - 1)).isTrue();
        assertThat(failures.rests(3, NOW + LoadFailures.RETRY.toMillis())).isFalse();
        assertThat(failures.rests(4, NOW)).isFalse();
    }

    @Test
    void forgetsVersionsThatAreNoLongerThere() {
        failures.failed(3, new IOException("missing"), NOW);
        failures.failed(4, new IOException("missing"), NOW);
        failures.retain(Set.of(4L));
        assertThat(failures.isLasting(3)).isFalse();
        assertThat(failures.isLasting(4)).isTrue();
    }
}
