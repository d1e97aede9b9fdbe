package io.anchorstream.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

import io.anchorstream.avro.CommandType;
import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.ItemEmbedding;
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

    static List<Measurement> run(Settings settings, Catalogue catalogue) throws IOException {
        List<CanonicalImage> images = catalogue.images();
        double before = bare(settings, images);
        Run ours = service(settings);
        double after = bare(settings, images);
        return List.of(
                new Measurement(
                        "refresh of " + ours.items() + " items, first vector to last",
                        ours.items() / ours.embedding(),
                        Optional.of((before + after) / 2),
                        "images/s",
                        "ratio ≥ 0.9"),
                new Measurement("refresh, promotion to first vector", ours.starting(), Optional.empty(), "s", "–"),
                new Measurement("refresh, last vector to COMPLETE", ours.ending(), Optional.empty(), "s", "–"));
    }

    /** A refresh, in items and seconds. */
    private record Run(long items, double starting, double embedding, double ending) {}

    private static double bare(Settings settings, List<CanonicalImage> images) {
        PyTorchModelRuntime runtime = new PyTorchModelRuntime(
                settings.get(Keys.ENGINE_THREADS), settings.get(Keys.DEVICE), settings.get(Keys.PINNED_MEMORY));
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

    private static Run service(Settings settings) throws IOException {
        try (Instance instance = new Instance(settings, EnumSet.of(Role.TRAIN, Role.EMBED));
                Follower<GenerationEvent> generations = new Follower<>(
                        instance.cluster(),
                        instance.cluster().topics().catalogGenerations().name(),
                        GenerationEvent.class);
                Follower<ModelVersion> versions = new Follower<>(
                        instance.cluster(),
                        instance.cluster().topics().modelVersions().name(),
                        ModelVersion.class)) {
            Map<Long, VersionState> states = new TreeMap<>();
            long[] serving = {-1};
            Follower.Seen<ModelVersion> note = (event, timestamp, now) -> {
                states.put(event.getVersion(), event.getState());
                serving[0] = event.getState() == VersionState.PROMOTED ? event.getVersion() : serving[0];
            };
            versions.until(() -> states.size() > 1, note);
            // Training what is left of the batches would share the cores with the refresh, and the bare loop has them
            // alone.
            order(instance.cluster(), -1, CommandType.PAUSE);
            TreeMap<Long, GenerationState> seen = new TreeMap<>();
            generations.until(
                    () -> !seen.isEmpty() && seen.lastEntry().getValue() == GenerationState.COMPLETE,
                    (event, timestamp, now) -> note(event, seen));
            versions.until(versions::atEnd, note);
            long other = states.entrySet().stream()
                    .filter(it -> it.getKey() != serving[0] && it.getValue() != VersionState.RETIRED)
                    .mapToLong(Map.Entry::getKey)
                    .max()
                    .orElseThrow();
            order(instance.cluster(), other, CommandType.PROMOTE);
            long[] promoted = {0};
            versions.until(() -> promoted[0] > 0, (event, timestamp, now) -> {
                if (event.getVersion() == other && event.getState() == VersionState.PROMOTED) {
                    promoted[0] = event.getTimestamp();
                }
            });
            long last = seen.lastKey();
            List<GenerationEvent> complete = new ArrayList<>();
            generations.until(() -> !complete.isEmpty(), (event, timestamp, now) -> {
                if (event.getGeneration() > last && event.getState() == GenerationState.COMPLETE) {
                    complete.add(event);
                }
            });
            return counted(instance.cluster(), complete.get(0), promoted[0]);
        }
    }

    /** When the generation's vectors were made, and that there are as many as the event says. */
    private static Run counted(Cluster cluster, GenerationEvent done, long promoted) {
        Set<String> items = new HashSet<>();
        long[] span = {Long.MAX_VALUE, Long.MIN_VALUE};
        try (Follower<ItemEmbedding> embeddings =
                new Follower<>(cluster, cluster.topics().catalogEmbeddings().name(), ItemEmbedding.class)) {
            embeddings.until(embeddings::atEnd, (embedding, timestamp, now) -> {
                if (embedding.getGeneration() == done.getGeneration()) {
                    items.add(embedding.getSourcePartition() + "@" + embedding.getSourceOffset());
                    span[0] = Math.min(span[0], embedding.getEmbeddedTimestamp());
                    span[1] = Math.max(span[1], embedding.getEmbeddedTimestamp());
                }
            });
        }
        if (items.size() != done.getItems()) {
            throw new IllegalStateException("generation " + done.getGeneration() + " is called complete with "
                    + done.getItems() + " items, but " + items.size() + " have a vector of it");
        }
        return new Run(
                items.size(),
                (span[0] - promoted) / 1000.0,
                (span[1] - span[0]) / 1000.0,
                (done.getTimestamp() - span[1]) / 1000.0);
    }

    private static void note(GenerationEvent event, Map<Long, GenerationState> seen) {
        if (event.getState() == GenerationState.COMPLETE || event.getState() == GenerationState.OPENED) {
            seen.put(event.getGeneration(), event.getState());
        }
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
