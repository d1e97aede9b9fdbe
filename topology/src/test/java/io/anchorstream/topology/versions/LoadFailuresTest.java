package io.anchorstream.topology.versions;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Stream;

import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class LoadFailuresTest {
    private static final long NOW = 1_000_000;
    private static final long RETRY = LoadFailures.RETRY.toMillis();
    private static final long LASTING = LoadFailures.LASTING.toMillis();

    private final LoadFailures failures = new LoadFailures();

    @Test
    void missesDeletedAndAlteredWeightsAtOnce() {
        fail(new IOException("chunk 0 of 2 was altered"), NOW);
        assertThat(failures.isLasting(3)).isTrue();
        assertThat(failures.isLasting(4)).isFalse();
    }

    static Stream<Exception> mayPass() {
        return Stream.of(
                new TimeoutException("no broker"),
                new IllegalStateException("no memory"),
                new IncompleteChunksException("chunk 0 of 2 is not on the topic"));
    }

    @ParameterizedTest
    @MethodSource("mayPass")
    void waitsAMinuteForWhatMayPass(Exception why) {
        for (long passed = 0; passed < LASTING; passed += RETRY) {
            fail(why, NOW + passed);
            assertThat(failures.isLasting(3)).as("after %s ms", passed).isFalse();
        }
        fail(why, NOW + LASTING);
        assertThat(failures.isLasting(3)).isTrue();
    }

    @Test
    void countsTheMinuteAnewAfterAGapInWhichNobodyAsked() {
        long hours = Duration.ofHours(3).toMillis();
        fail(new TimeoutException("no broker"), NOW);
        fail(new TimeoutException("no broker"), NOW + hours);
        assertThat(failures.isLasting(3)).isFalse();
        for (long passed = RETRY; passed <= LASTING; passed += RETRY) {
            fail(new TimeoutException("no broker"), NOW + hours + passed);
        }
        assertThat(failures.isLasting(3)).isTrue();
    }

    @Test
    void countsTriesThatTakeAsLongAsTheMinuteThemselves() {
        long began = NOW + RETRY;
        fail(new TimeoutException("no broker"), NOW);
        failures.failed(3, new TimeoutException("no broker"), began, began + LASTING);
        assertThat(failures.isLasting(3)).isTrue();
    }

    @Test
    void countsTheMinuteAnewOnceAModelWasLoaded() {
        fail(new IllegalStateException("no memory"), NOW);
        failures.loaded(3);
        fail(new IllegalStateException("no memory"), NOW + RETRY);
        for (long passed = 2 * RETRY; passed <= LASTING; passed += RETRY) {
            fail(new IllegalStateException("no memory"), NOW + passed);
        }
        assertThat(failures.isLasting(3)).isFalse();
    }

    @Test
    void restsBetweenTwoTries() {
        fail(new IOException("missing"), NOW);
        assertThat(failures.rests(3, NOW + RETRY - 1)).isTrue();
        assertThat(failures.rests(3, NOW + RETRY)).isFalse();
        assertThat(failures.rests(4, NOW)).isFalse();
    }

    @Test
    void forgetsVersionsThatAreNoLongerThere() {
        fail(new IOException("missing"), NOW);
        failures.failed(4, new IOException("missing"), NOW, NOW);
        failures.retain(Set.of(4L));
        assertThat(failures.isLasting(3)).isFalse();
        assertThat(failures.isLasting(4)).isTrue();
    }

    private void fail(Exception why, long now) {
        failures.failed(3, why, now, now);
    }
}
