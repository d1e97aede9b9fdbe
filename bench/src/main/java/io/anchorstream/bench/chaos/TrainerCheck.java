package io.anchorstream.bench.chaos;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.WeightChunk;
import io.anchorstream.model.checkpoint.CheckpointDirectory;
import io.anchorstream.model.training.ModelRuntime;
import io.anchorstream.model.training.PyTorchModelRuntime;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.run.Cluster;
import io.anchorstream.service.run.Learning;
import io.anchorstream.service.run.Role;
import io.anchorstream.topology.versions.Events;
import io.anchorstream.topology.versions.TopicReader;
import io.anchorstream.topology.versions.VersionHistory;
import io.anchorstream.topology.versions.WeightReader;
import org.apache.kafka.clients.admin.Admin;

/** Holds what the trainers left on the topics against the run that nobody interrupted. */
final class TrainerCheck {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Cluster cluster;
    private final Settings settings;
    private final List<String> violations = new ArrayList<>();

    TrainerCheck(Cluster cluster, Settings settings) {
        this.cluster = cluster;
        this.settings = settings;
    }

    /**
     * What is wrong, one sentence each; empty = nothing.
     *
     * @param expected SHA-256 of the weights of each version, version 0 first
     * @param scratch an empty folder
     */
    List<String> violations(VersionWatch watch, List<String> expected, Path scratch)
            throws IOException, ExecutionException, InterruptedException {
        List<ModelVersion> trained = watch.trained();
        for (int i = 0; i < Math.max(trained.size(), expected.size()); i++) {
            if (i >= trained.size()) {
                violations.add("version " + i + " was never published");
            } else if (i >= expected.size()) {
                violations.add("version " + trained.get(i).getVersion() + " is one too many");
            } else {
                check(i, trained.get(i), expected.get(i));
            }
        }
        VersionHistory history = new VersionHistory();
        watch.events().forEach(event -> history.apply(event).ifPresent(violations::add));
        history.newest().ifPresent(this::checkWeights);
        if (history.newest().isPresent()) {
            checkCheckpoint(history.newest().get(), scratch);
            checkOffsets(history.newest().get());
        }
        return List.copyOf(violations);
    }

    private void check(int place, ModelVersion event, String expected) {
        if (event.getVersion() != place) {
            violations.add("the " + place + ". version published is number " + event.getVersion());
        }
        long step = (long) place * settings.get(Keys.STEPS_PER_VERSION);
        if (event.getStep() != step) {
            violations.add("version " + place + " was cut at step " + event.getStep() + " instead of " + step);
        }
        if (!Events.learnedDigest(event).equals(expected)) {
            violations.add("version " + place + " has weights " + Events.learnedDigest(event)
                    + ", the uninterrupted run has " + expected);
        }
    }

    private void checkWeights(ModelVersion newest) {
        try (WeightReader reader = chunks(cluster.topics().modelWeights().name())) {
            reader.read(newest);
        } catch (IOException e) {
            violations.add(e.getMessage());
        }
    }

    private void checkCheckpoint(ModelVersion newest, Path scratch) throws IOException {
        Path folder = scratch.resolve("newest");
        try (WeightReader reader = chunks(cluster.topics().modelCheckpoints().name())) {
            String digest =
                    CheckpointDirectory.unpack(reader.bytes(newest.getVersion(), newest.getCheckpointBytes()), folder);
            if (!digest.equals(newest.getCheckpointDigest())) {
                violations.add("the published checkpoint has digest " + digest);
            }
        }
        ModelRuntime.RestoredTrainer restored = new PyTorchModelRuntime(
                        settings.get(Keys.ENGINE_THREADS), settings.get(Keys.DEVICE))
                .restore(folder, Learning.config(settings));
        try (var trainer = restored.trainer()) {
            if (!trainer.artifact().weightsDigest().equals(Events.learnedDigest(newest))) {
                violations.add("the published checkpoint restores to other weights than its version has");
            }
        }
    }

    private void checkOffsets(ModelVersion newest) throws ExecutionException, InterruptedException {
        Map<String, Long> committed = new HashMap<>();
        try (Admin admin = cluster.admin()) {
            admin.listConsumerGroupOffsets(Role.TRAIN.group(settings))
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .forEach((partition, offset) -> committed.put(partition.toString(), offset.offset()));
        }
        if (!committed.equals(newest.getOffsets())) {
            violations.add(
                    "the group has committed " + committed + ", the newest version names " + newest.getOffsets());
        }
    }

    private WeightReader chunks(String topic) {
        return new WeightReader(
                new TopicReader<>(
                        cluster.reader(),
                        topic,
                        cluster.serde(WeightChunk.class).deserializer()),
                PATIENCE,
                Clock.systemUTC());
    }
}
