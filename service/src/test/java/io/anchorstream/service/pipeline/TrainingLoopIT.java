package io.anchorstream.service.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import io.anchorstream.avro.CommandType;
import io.anchorstream.avro.MiniBatch;
import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.VersionState;
import io.anchorstream.model.training.TrainingBatch;
import io.anchorstream.schemas.registry.RegistryUnavailableException;
import io.anchorstream.service.embedded.SharedKafka;
import io.anchorstream.topology.training.TrainingLoop;
import io.anchorstream.topology.training.TrainingStatus;
import io.anchorstream.topology.versions.ModelFeed;
import io.anchorstream.topology.versions.TopicReader;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class TrainingLoopIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path folder;

    private final TrainingBench bench = new TrainingBench(TrainingLoopIT.class);

    @Test
    void publishesVersionZeroBeforeAnyTrainingAndAModelThatCanBeLoaded() throws Exception {
        FakeRuntime runtime = new FakeRuntime(0);
        try (TrainingLoop loop = loop(folder, runtime);
                ModelFeed feed = new ModelFeed(bench.clients::reader, bench.topics.model(), runtime, Clock.systemUTC())
                        .start()) {
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> feed.promoted()
                    .isPresent());
            assertThat(feed.promoted().orElseThrow().version()).isZero();
            assertThat(feed.embedder(0)).isPresent();
            assertThat(loop.status().serving()).isZero();
        }
    }

    @Test
    void endsWithTheWeightsOfAnUninterruptedRunHoweverOftenItIsStopped() throws Exception {
        bench.sendBatches(0, 60);
        Random random = new Random(4);
        FakeRuntime runtime = new FakeRuntime(TimeUnit.MILLISECONDS.toNanos(20));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        int stops = 0;
        while (newest().getVersion() < 6 && System.nanoTime() < deadline) {
            try (TrainingLoop loop = loop(folder, runtime)) {
                Awaitility.await()
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> loop.status().steps() > 0 || newest().getVersion() == 6);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(400)));
            }
            stops++;
        }
        assertThat(stops).isGreaterThan(1);
        assertLineage(6);
    }

    @Test
    void fallsBackLoudlyToTheCheckpointBeforeADamagedOneAndReplays() throws Exception {
        bench.sendBatches(0, 30);
        FakeRuntime runtime = new FakeRuntime(0);
        try (TrainingLoop loop = loop(folder, runtime, false)) {
            awaitVersion(loop, 3);
        }
        Files.writeString(folder.resolve("v000003").resolve("state"), "forged");
        bench.sendBatches(30, 60);
        try (TrainingLoop loop = loop(folder, runtime, false)) {
            awaitVersion(loop, 6);
            Awaitility.await().until(() -> loop.status().steps() == 40);
        }
        assertLineage(6);
    }

    @Test
    void aTrainerOnAnotherMachineGoesOnFromThePublishedCheckpoint() throws Exception {
        bench.sendBatches(0, 60);
        try (TrainingLoop loop = loop(folder.resolve("here"), new FakeRuntime(TimeUnit.MILLISECONDS.toNanos(20)))) {
            awaitVersion(loop, 3);
        }
        try (TrainingLoop loop = loop(folder.resolve("there"), new FakeRuntime(0))) {
            awaitVersion(loop, 6);
            assertThat(loop.status().steps()).isLessThanOrEqualTo(30);
        }
        assertLineage(6);
    }

    @Test
    void aTrainerWithANameLeavesItsGroupWhenItIsClosed() throws Exception {
        TrainingBench named = new TrainingBench(TrainingLoopIT.class, Optional.of("trainer-1"));
        try (TrainingLoop loop = named.loop(TrainingBench.settings(folder), new FakeRuntime(0))) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> loop.status().serving() == 0);
        }

        assertThat(SharedKafka.members(named.prefix + "train")).isEmpty();
    }

    @Test
    void aTrainerFencedByAnotherGoesBackAndPublishesEachVersionOnce() throws Exception {
        bench.sendBatches(0, 60);
        try (TrainingLoop loop = loop(folder, new FakeRuntime(TimeUnit.MILLISECONDS.toNanos(20)))) {
            awaitVersion(loop, 2);
            try (Producer<String, byte[]> usurper = bench.clients.transactional()) {
                usurper.initTransactions();
            }
            awaitVersion(loop, 6);
        }
        assertLineage(6);
    }

    @Test
    void afterARollbackTrainingGoesOnFromTheVersionInServiceBehindTheBatchesItHasSeen() throws Exception {
        bench.sendBatches(0, 30);
        try (TrainingLoop loop = loop(folder, new FakeRuntime(0))) {
            awaitVersion(loop, 3);
            bench.send(TrainingBench.command("back", CommandType.ROLLBACK, 1L));
            Awaitility.await().until(() -> loop.status().serving() == 1);
            bench.sendBatches(30, 35);
            Awaitility.await().until(() -> loop.status().step() == 15);
        }
        bench.sendBatches(35, 40);
        try (TrainingLoop loop = loop(folder, new FakeRuntime(0))) { // a restart goes on from there, too
            awaitVersion(loop, 4);
        }
        ModelVersion grown = newest();
        assertThat(grown.getParent()).isEqualTo(1);
        assertThat(grown.getStep()).isEqualTo(20);
        assertThat(grown.getLearnedDigest()).isEqualTo(digestAfter(IntStream.range(0, 10), IntStream.range(30, 40)));
    }

    @Test
    void aRollbackToAVersionWithoutACheckpointGoesOnFromItsPublishedWeights() throws Exception {
        bench.sendBatches(0, 40);
        try (TrainingLoop loop = loop(folder, new FakeRuntime(0))) {
            awaitVersion(loop, 4);
            assertThat(folder.resolve("v000001")).doesNotExist();
            bench.send(TrainingBench.command("back", CommandType.ROLLBACK, 1L));
            Awaitility.await().until(() -> loop.status().serving() == 1);
            bench.sendBatches(40, 50);
            awaitVersion(loop, 5);
        }
        assertThat(newest().getParent()).isEqualTo(1);
        assertThat(newest().getLearnedDigest()).isEqualTo(digestAfter(IntStream.range(0, 10), IntStream.range(40, 50)));
    }

    @Test
    void aTrainerThatIsStoppedBeforeItHasReadTheVersionsPublishesNothing() throws Exception {
        bench.sendBatches(0, 10);
        try (TrainingLoop loop = loop(folder, new FakeRuntime(0))) {
            awaitVersion(loop, 1);
        }
        List<ModelVersion> before = events();
        CompletableFuture<TrainingLoop> late = new CompletableFuture<>();
        StoppingSerde versions = new StoppingSerde(bench.topics.model().versionSerde(), late);

        try (TrainingLoop loop = bench.loop(
                TrainingBench.settings(folder), new FakeRuntime(0), bench.with(bench.topics.batchSerde(), versions))) {
            late.complete(loop);
            Awaitility.await().until(() -> loop.status().phase() == TrainingStatus.Phase.CLOSED);
        }

        assertThat(events()).isEqualTo(before);
    }

    @Test
    void noBatchIsPassedOverWhileTheRegistryIsAway() throws Exception {
        bench.sendBatches(0, 20);
        AtomicInteger refusals = new AtomicInteger(2);
        Serde<MiniBatch> batches = bench.topics.batchSerde();
        Serde<MiniBatch> stumbling = Serdes.serdeFrom(batches.serializer(), (topic, bytes) -> {
            if (refusals.getAndDecrement() > 0) {
                throw new RegistryUnavailableException("no registry answers", new IOException("refused"));
            }
            return batches.deserializer().deserialize(topic, bytes);
        });
        try (TrainingLoop loop = bench.loop(
                TrainingBench.settings(folder),
                new FakeRuntime(0),
                bench.with(stumbling, bench.topics.model().versionSerde()))) {
            awaitVersion(loop, 2);
            assertThat(loop.status().unreadable()).isZero();
        }
        assertLineage(2);
    }

    /** Asks the trainer to stop when it begins to read the versions. */
    private record StoppingSerde(Serde<ModelVersion> serde, CompletableFuture<TrainingLoop> trainer)
            implements Serde<ModelVersion> {
        @Override
        public Serializer<ModelVersion> serializer() {
            return serde.serializer();
        }

        @Override
        public Deserializer<ModelVersion> deserializer() {
            Thread stopper = new Thread(trainer.join()::close);
            stopper.start();
            Awaitility.await().until(() -> stopper.getState() == Thread.State.TIMED_WAITING); // for the trainer's end
            return serde.deserializer();
        }
    }

    private static String digestAfter(IntStream... batches) {
        try (var trainer = new FakeRuntime(0).newTrainer(TrainingBench.CONFIG)) {
            for (IntStream some : batches) {
                some.forEach(number -> trainer.train(new TrainingBatch(0, number, List.of())));
            }
            return trainer.artifact().weightsDigest();
        }
    }

    @Test
    void trainingGoesOnWhileAVersionIsScoredAndIsReplayedIfItWasNeverPublished() throws Exception {
        Semaphore scores = new Semaphore(1); // for version 0, which everything waits for
        ExecutorService threads = Executors.newCachedThreadPool();
        Executor slow = work -> threads.execute(() -> {
            scores.acquireUninterruptibly();
            work.run();
        });
        bench.sendBatches(0, 19);
        try (TrainingLoop loop = bench.loop(TrainingBench.settings(folder), new FakeRuntime(0), slow)) {
            Awaitility.await().until(() -> loop.status().step() == 19);
            assertThat(newest().getVersion())
                    .as("version 1 waits for its scores")
                    .isZero();
            scores.release();
            awaitVersion(loop, 1);
            assertThat(newest().getStep())
                    .as("of the version, not of the trainer")
                    .isEqualTo(10);
            assertThat(newest().getOffsets().values()).containsExactly(10L);
            bench.sendBatches(19, 25);
            Awaitility.await().until(() -> loop.status().step() == 25);
            scores.release(); // version 2 is scored, and may be lost as the trainer stops
        }
        bench.sendBatches(25, 30);
        try (TrainingLoop loop = bench.loop(TrainingBench.settings(folder), new FakeRuntime(0), threads)) {
            awaitVersion(loop, 3);
        } finally {
            threads.shutdown();
        }
        assertLineage(3);
    }

    @Test
    void aRollbackSticksUntilItIsUnpinned() throws Exception {
        bench.sendBatches(0, 20);
        try (TrainingLoop loop = loop(folder, new FakeRuntime(0))) {
            awaitVersion(loop, 2);
            bench.send(TrainingBench.command("c1", CommandType.ROLLBACK, 1L));
            Awaitility.await().until(() -> loop.status().serving() == 1);
            bench.sendBatches(20, 30);
            awaitVersion(loop, 3);
            assertThat(loop.status().serving()).isEqualTo(1);
            bench.send(TrainingBench.command("c1", CommandType.ROLLBACK, 0L));
            bench.send(TrainingBench.command("c2", CommandType.UNPIN, null));
            // Commands and batches are two topics: a version trained before the answer is held back still.
            Awaitility.await().until(() -> events().stream()
                    .anyMatch(event -> event.getCommand().equals("c2")));
            bench.sendBatches(30, 40);
            awaitVersion(loop, 4);
            Awaitility.await().until(() -> loop.status().serving() == 4);
        }
    }

    private TrainingLoop loop(Path checkpoints, FakeRuntime runtime) {
        return loop(checkpoints, runtime, true);
    }

    private TrainingLoop loop(Path checkpoints, FakeRuntime runtime, boolean share) {
        return bench.loop(TrainingBench.settings(checkpoints).withShareCheckpoints(share), runtime);
    }

    /** Versions 0 to {@code last} were each published once, and their weights are those of an uninterrupted run. */
    private void assertLineage(int last) {
        List<ModelVersion> trained = events().stream()
                .filter(event -> event.getState() == VersionState.TRAINED)
                .toList();
        assertThat(trained)
                .extracting(ModelVersion::getVersion)
                .doesNotHaveDuplicates()
                .hasSize(last + 1);
        assertThat(trained.get(last).getWeightsDigest())
                .isEqualTo(digestAfter(IntStream.range(0, last * TrainingBench.STEPS_PER_VERSION)));
    }

    private void awaitVersion(TrainingLoop loop, long version) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(newest().getVersion())
                .as("%s", loop.status())
                .isGreaterThanOrEqualTo(version));
    }

    private ModelVersion newest() {
        List<ModelVersion> events = events();
        return events.isEmpty()
                ? ModelVersion.newBuilder()
                        .setVersion(-1)
                        .setState(VersionState.UNKNOWN)
                        .setDimension(0)
                        .setNetwork("")
                        .setNetworkDigest("")
                        .setWeightsDigest("")
                        .setWeightsBytes(0)
                        .setTimestamp(0)
                        .build()
                : events.stream()
                        .max(Comparator.comparingLong(ModelVersion::getVersion))
                        .orElseThrow();
    }

    private List<ModelVersion> events() {
        List<ModelVersion> events = new ArrayList<>();
        try (TopicReader<ModelVersion> reader = new TopicReader<>(
                bench.clients.reader(),
                bench.topics.model().versions(),
                bench.topics.model().versionSerde().deserializer())) {
            while (!reader.caughtUp()) {
                reader.poll(Duration.ofMillis(50))
                        .forEach(entry -> entry.value().ifPresent(events::add));
            }
        }
        return events;
    }
}
