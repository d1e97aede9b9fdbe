package io.anchorstream.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import io.anchorstream.avro.CommandType;
import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.ModelCommand;
import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.VersionState;
import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.training.Embedder;
import io.anchorstream.model.training.PyTorchModelRuntime;
import io.anchorstream.model.training.Trainer;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.run.Cluster;
import io.anchorstream.service.run.Learning;
import io.anchorstream.service.run.Role;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A refresh from OPENED to COMPLETE, asked for by a promotion of another version over items that all have a vector,
 * beside bare inference over the same pictures.
 */
final class RefreshStage {
    private static final int CALL = 64;

    private RefreshStage() {}

    static Measurement run(Settings settings, Catalogue catalogue) throws IOException {
        List<CanonicalImage> images = catalogue.images();
        double before = bare(settings, images);
        double ours = service(settings);
        double after = bare(settings, images);
        return new Measurement(
                "refresh of " + images.size() * LabellingStage.PASSES + " items",
                ours,
                Optional.of((before + after) / 2),
                "images/s",
                "ratio ≥ 0.9");
    }

    private static double bare(Settings settings, List<CanonicalImage> images) {
        PyTorchModelRuntime runtime =
                new PyTorchModelRuntime(settings.get(Keys.ENGINE_THREADS), settings.get(Keys.DEVICE));
        try (Trainer trainer = runtime.newTrainer(Learning.config(settings));
                Embedder embedder = runtime.load(trainer.artifact())) {
            embedder.embed(images.subList(0, Math.min(4 * CALL, images.size())));
            long began = System.nanoTime();
            for (int from = 0; from < images.size(); from += CALL) {
                embedder.embed(images.subList(from, Math.min(from + CALL, images.size())));
            }
            return images.size() * 1e9 / (System.nanoTime() - began);
        }
    }

    /** Items a second of the last refresh, once the first generation is complete. */
    private static double service(Settings settings) throws IOException {
        try (Instance instance = new Instance(settings, EnumSet.of(Role.TRAIN, Role.EMBED));
                Follower<GenerationEvent> generations = new Follower<>(
                        instance.cluster(),
                        instance.cluster().topics().catalogGenerations().name(),
                        GenerationEvent.class)) {
            List<GenerationEvent> complete = new ArrayList<>();
            Map<Long, Long> opened = new HashMap<>();
            generations.until(() -> !complete.isEmpty(), (event, now) -> note(event, complete, opened));
            // Training what is left of the batches would share the cores with the refresh, and the bare loop has them
            // alone.
            long other = otherThanServing(instance.cluster());
            order(instance.cluster(), other, CommandType.PAUSE, CommandType.PROMOTE);
            int enough = complete.size() + 1;
            generations.until(() -> complete.size() >= enough, (event, now) -> note(event, complete, opened));
            GenerationEvent last = complete.get(complete.size() - 1);
            long millis = last.getTimestamp() - opened.getOrDefault(last.getGeneration(), 0L);
            return last.getItems() * 1000.0 / millis;
        }
    }

    private static void note(GenerationEvent event, List<GenerationEvent> complete, Map<Long, Long> opened) {
        if (event.getState() == GenerationState.COMPLETE) {
            complete.add(event);
        } else if (event.getState() == GenerationState.OPENED) {
            opened.put(event.getGeneration(), event.getTimestamp());
        }
    }

    /** A version that is not in service, so that its promotion opens a generation; waits until one is trained. */
    private static long otherThanServing(Cluster cluster) {
        Map<Long, VersionState> states = new TreeMap<>();
        long[] serving = {-1};
        try (Follower<ModelVersion> versions =
                new Follower<>(cluster, cluster.topics().modelVersions().name(), ModelVersion.class)) {
            versions.until(() -> states.size() > 1 && versions.atEnd(), (event, now) -> {
                states.put(event.getVersion(), event.getState());
                if (event.getState() == VersionState.PROMOTED) {
                    serving[0] = event.getVersion();
                }
            });
        }
        return states.entrySet().stream()
                .filter(it -> it.getKey() != serving[0] && it.getValue() != VersionState.RETIRED)
                .mapToLong(Map.Entry::getKey)
                .max()
                .orElseThrow();
    }

    private static void order(Cluster cluster, long version, CommandType... commands) {
        try (KafkaProducer<String, ModelCommand> producer = new KafkaProducer<>(
                cluster.clientConfig(),
                new StringSerializer(),
                cluster.serde(ModelCommand.class).serializer())) {
            for (CommandType command : commands) {
                ModelCommand order = ModelCommand.newBuilder()
                        .setId("bench-" + command)
                        .setCommand(command)
                        .setVersion(command == CommandType.PROMOTE ? version : null)
                        .setIssuer("bench")
                        .setTimestamp(System.currentTimeMillis())
                        .build();
                var unused = producer.send(
                        new ProducerRecord<>(cluster.topics().modelCommands().name(), "bench", order));
            }
        }
    }
}
