package io.anchorstream.service.pipeline;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

import io.anchorstream.avro.BatchItem;
import io.anchorstream.avro.CommandType;
import io.anchorstream.avro.MiniBatch;
import io.anchorstream.avro.ModelCommand;
import io.anchorstream.avro.ModelVersion;
import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.training.Embedder;
import io.anchorstream.model.training.HoldoutSheet;
import io.anchorstream.model.training.ModelRuntime;
import io.anchorstream.model.training.TrainingConfig;
import io.anchorstream.schemas.registry.RegistryConfig;
import io.anchorstream.schemas.registry.SchemaRegistry;
import io.anchorstream.schemas.topics.TopicAdmin;
import io.anchorstream.schemas.topics.TopicSizing;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.service.embedded.SharedKafka;
import io.anchorstream.topology.pacing.Courtesy;
import io.anchorstream.topology.pacing.Lateness;
import io.anchorstream.topology.training.HoldoutExample;
import io.anchorstream.topology.training.HoldoutScorer;
import io.anchorstream.topology.training.TrainingClients;
import io.anchorstream.topology.training.TrainingLoop;
import io.anchorstream.topology.training.TrainingSettings;
import io.anchorstream.topology.training.TrainingTopics;
import io.anchorstream.topology.versions.ModelTopics;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serde;
import org.jspecify.annotations.Nullable;

/** Trainers on the shared broker, with topics that nobody else uses, batches for them, and no hold-out. */
final class TrainingBench {
    static final int STEPS_PER_VERSION = 10;
    static final TrainingConfig CONFIG =
            new TrainingConfig("fake", Map.of(), "fake", Map.of(), 2, 1, 1e-3, 0, 0, 0, 0, 0, 0, "none", 7, 1, "cpu");

    final String prefix;
    final TrainingTopics topics;
    final TrainingClients clients;

    /** Creates the topics of a test. */
    TrainingBench(Class<?> test) {
        this(test, Optional.empty());
    }

    /**
     * As above.
     *
     * @param member name of its one trainer
     */
    TrainingBench(Class<?> test, Optional<String> member) {
        prefix = SharedKafka.prefix(test);
        Topics catalogue = Topics.create(prefix, TopicSizing.defaults());
        topics = TrainingTopics.of(
                catalogue,
                SharedKafka.clientConfig(),
                SchemaRegistry.open(RegistryConfig.from(SharedKafka.clientConfig())));
        clients = new TrainingClients(
                Map.of("bootstrap.servers", SharedKafka.bootstrapServers(), "max.request.size", 2_000_000),
                prefix + "train",
                member);
        try (Admin admin = SharedKafka.admin()) {
            TopicAdmin.ensure(admin, catalogue, (short) 1);
        }
    }

    /** A version every ten steps, every one of which passes the gate. */
    static TrainingSettings settings(Path checkpoints) {
        return TrainingSettings.defaults(CONFIG, checkpoints).withStepsPerVersion(STEPS_PER_VERSION);
    }

    /** A trainer at work, which waits for its scores. */
    TrainingLoop loop(TrainingSettings settings, ModelRuntime runtime) {
        return loop(settings, runtime, Runnable::run);
    }

    /** A trainer at work. */
    TrainingLoop loop(TrainingSettings settings, ModelRuntime runtime, Executor beside) {
        return loop(settings, runtime, topics, beside);
    }

    /** A trainer at work on the same topics, read and written by other serdes, which waits for its scores. */
    TrainingLoop loop(TrainingSettings settings, ModelRuntime runtime, TrainingTopics seen) {
        return loop(settings, runtime, seen, Runnable::run);
    }

    private TrainingLoop loop(TrainingSettings settings, ModelRuntime runtime, TrainingTopics seen, Executor beside) {
        return new TrainingLoop(
                        settings,
                        seen,
                        clients,
                        runtime,
                        new NoScores(),
                        beside,
                        new Courtesy(new Lateness(Clock.systemUTC()), 1),
                        Clock.systemUTC())
                .start();
    }

    /** The same topics, with other serdes of batches and versions. */
    TrainingTopics with(Serde<MiniBatch> batches, Serde<ModelVersion> versions) {
        ModelTopics model = topics.model();
        return new TrainingTopics(
                topics.batches(),
                topics.holdout(),
                topics.aliases(),
                topics.commands(),
                topics.steps(),
                batches,
                topics.holdoutSerde(),
                topics.aliasSerde(),
                topics.commandSerde(),
                topics.stepSerde(),
                new ModelTopics(model.versions(), model.weights(), model.checkpoints(), versions, model.chunkSerde()));
    }

    /** Batches by number, {@code to} not among them. */
    void sendBatches(int from, int to) {
        byte[] image = new CanonicalImage(1, new byte[3]).toBytes();
        try (Producer<String, byte[]> producer = clients.idempotent()) {
            for (int number = from; number < to; number++) {
                MiniBatch batch = MiniBatch.newBuilder()
                        .setSampler(0)
                        .setNumber(number)
                        .setItems(List.of(BatchItem.newBuilder()
                                .setItemId("item-" + number)
                                .setLabel(number % 5)
                                .setImage(ByteBuffer.wrap(image))
                                .build()))
                        .build();
                send(
                        producer,
                        topics.batches(),
                        topics.batchSerde().serializer().serialize(topics.batches(), batch));
            }
        }
    }

    /** Sends a command without waiting for the answer. */
    void send(ModelCommand command) {
        try (Producer<String, byte[]> producer = clients.idempotent()) {
            send(producer, topics.commands(), topics.commandSerde().serializer().serialize(topics.commands(), command));
        }
    }

    static ModelCommand command(String id, CommandType type, @Nullable Long version) {
        return ModelCommand.newBuilder()
                .setId(id)
                .setCommand(type)
                .setVersion(version)
                .build();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // closing the producer flushes it
    private static void send(Producer<String, byte[]> producer, String topic, byte[] value) {
        producer.send(new ProducerRecord<>(topic, 0, "0", value));
    }

    private static final class NoScores implements HoldoutScorer {
        @Override
        public HoldoutSheet score(Embedder model, List<HoldoutExample> items) {
            throw new AssertionError("there is no hold-out to score");
        }

        @Override
        public Map<String, Double> baselines(List<HoldoutExample> items) {
            return Map.of();
        }
    }
}
