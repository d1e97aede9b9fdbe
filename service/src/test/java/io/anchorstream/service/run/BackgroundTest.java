package io.anchorstream.service.run;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import io.anchorstream.topology.pacing.Courtesy;
import io.anchorstream.topology.pacing.Lateness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class BackgroundTest {
    private static final Clock NOW = Clock.fixed(Instant.ofEpochSecond(1_000), ZoneOffset.UTC);

    private final Lateness lateness = new Lateness(NOW);

    @Test
    void finishesWhatItHasWhenItIsClosedSoThatNobodyWaitsForEver() throws Exception {
        Background background = new Background("test", 1, new Courtesy(lateness, 0.001));
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch closing = new CountDownLatch(1);
        CompletableFuture<Integer> first = CompletableFuture.supplyAsync(
                () -> {
                    begun.countDown();
                    await(closing);
                    return 0;
                },
                background);
        List<CompletableFuture<Integer>> waiting = IntStream.range(1, 20)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> i, background))
                .toList();
        lateness.tookUp(NOW.millis() - Duration.ofHours(1).toMillis()); // each would be followed by a wait
        await(begun);

        Thread closer = new Thread(background::close);
        closer.start();
        closing.countDown();
        closer.join();

        assertThat(first).isCompletedWithValue(0);
        assertThat(waiting).allMatch(CompletableFuture::isDone);
    }

    @Test
    void waitsForNewItemsOnlyAsLongAsItMay() {
        try (Background background = new Background("test", 1, new Courtesy(lateness, 0.001))) {
            lateness.tookUp(NOW.millis() - Duration.ofHours(1).toMillis());
            background.courteousFor(Duration.ZERO);
            long began = System.nanoTime();
            List<CompletableFuture<Boolean>> work = IntStream.range(0, 60)
                    .mapToObj(i -> CompletableFuture.supplyAsync(BackgroundTest::aMoment, background))
                    .toList();
            work.forEach(CompletableFuture::join);

            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .as("each would be followed by a second's wait")
                    .isLessThan(Duration.ofSeconds(30));
        }
    }

    private static boolean aMoment() {
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        return true;
    }

    @Test
    void takesNothingMoreOnceItIsClosed() {
        Background background = new Background("test", 1, new Courtesy(lateness, 1));
        background.close();

        assertThatThrownBy(() -> CompletableFuture.supplyAsync(() -> 1, background))
                .isInstanceOf(RejectedExecutionException.class);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
