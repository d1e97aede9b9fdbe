package io.anchorstream.service.pipeline;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import io.anchorstream.avro.BatchItem;
import io.anchorstream.avro.CommandType;
import io.anchorstream.avro.MiniBatch;
import io.anchorstream.avro.ModelCommand;
import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.VersionState;
import io.anchorstream.model.image.CanonicalImage;
import io.anchorstream.model.training.Embedder;
import io.anchorstream.model.training.HoldoutSheet;
import io.anchorstream.model.training.TrainingConfig;
import io.anchorstream.schemas.registry.RegistryConfig;
import io.anchorstream.schemas.registry.SchemaRegistry;
import io.anchorstream.schemas.topics.TopicAdmin;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.service.cli.CommandLineProgram;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.config.Settings.Layer;
import io.anchorstream.service.embedded.SharedKafka;
import io.anchorstream.service.operate.ModelDesk;
import io.anchorstream.service.run.Cluster;
import io.anchorstream.topology.pacing.Courtesy;
import io.anchorstream.topology.pacing.Lateness;
import io.anchorstream.topology.training.HoldoutExample;
import io.anchorstream.topology.training.HoldoutScorer;
import io.anchorstream.topology.training.TrainingClients;
import io.anchorstream.topology.training.TrainingLoop;
import io.anchorstream.topology.training.TrainingSettings;
import io.anchorstream.topology.training.TrainingTopics;
import io.anchorstream.topology.versions.VersionHistory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What an operator types, the trainer does and answers, and the topics tell again. */
class ModelCommandsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final TrainingConfig CONFIG =
            new TrainingConfig("fake", Map.of(), "fake", Map.of(), 2, 1, 1e-3, 0, 0, 0, 0, 0, 0, "none", 7, 1, "cpu");

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path folder;

    private final String prefix = SharedKafka.prefix(ModelCommandsIT.class);
    private final Settings settings = Settings.resolve(
            Keys.all(),
            List.of(new Layer(
                    "test",
                    Map.of(
                            "kafka.bootstrap.servers",
                            SharedKafka.bootstrapServers(),
                            "registry.schema.registry.url",
                            SharedKafka.registryUrl(),
                            Keys.TOPIC_PREFIX.name(),
                            prefix))));
    private final Cluster cluster = Cluster.of(settings);
    private final Topics catalogue = cluster.topics();
    private final TrainingTopics topics = TrainingTopics.of(
            catalogue,
            SharedKafka.clientConfig(),
            SchemaRegistry.open(RegistryConfig.from(SharedKafka.clientConfig())));
    private final TrainingClients clients = new TrainingClients(
            Map.of("bootstrap.servers", SharedKafka.bootstrapServers(), "max.request.size", 2_000_000),
            prefix + "train");
    private final ModelDesk desk = new ModelDesk(cluster, Clock.systemUTC());

    @BeforeEach
    void createTopics() {
        try (Admin admin = SharedKafka.admin()) {
            TopicAdmin.ensure(admin, catalogue, (short) 1);
        }
    }

    @Test
    void everyCommandIsCarriedOutOnceAndAnsweredByAnEvent() throws Exception {
        sendBatches(0, 20);
        try (TrainingLoop loop = loop()) {
            Awaitility.await().atMost(PATIENCE).until(() -> loop.status().newest() == 2);
            assertThat(model("rollback", "--id", "back")).isZero();
            assertThat(serving().getVersion()).isEqualTo(1);
            assertThat(serving().getPinned()).isTrue();
            long generation = serving().getGeneration();

            assertThat(model("rollback", "--id", "back")).as("the same again").isZero();
            assertThat(serving().getGeneration()).isEqualTo(generation);
            assertThat(desk.history().version(2))
                    .hasValueSatisfying(left -> assertThat(left.getState()).isEqualTo(VersionState.ROLLED_BACK));

            assertThat(model("promote", "99")).as("refused").isEqualTo(1);
            assertThat(model("unpin")).isZero();
            assertThat(model("unpin")).as("nothing is pinned").isEqualTo(1);
            assertThat(model("promote", "2")).isZero();
            assertThat(model("pin", "0")).isZero();
            assertThat(serving().getVersion()).isZero();
            assertThat(model("pause")).isZero();
            assertThat(serving().getPaused()).isTrue();
            assertThat(model("resume")).isZero();
            assertThat(model("list")).isZero();
            assertThat(model("show", "2", "--json")).isZero();
            assertThat(model("show", "77")).as("there is none").isEqualTo(2);
        }
    }

    @Test
    void aCommandWithoutATrainerIsCarriedOutByTheNextOne() throws Exception {
        try (TrainingLoop loop = loop()) {
            Awaitility.await().atMost(PATIENCE).until(() -> loop.status().serving() == 0);
        }
        ModelCommand pause = command("later", CommandType.PAUSE, null);
        assertThat(desk.carryOut(pause, Duration.ofMillis(500))).isEmpty();
        try (TrainingLoop loop = loop()) {
            assertThat(desk.carryOut(pause, PATIENCE)).hasValueSatisfying(answer -> {
                assertThat(answer.accepted()).isTrue();
                assertThat(answer.text()).contains("training is paused");
            });
            assertThat(loop.status().serving()).isZero();
        }
    }

    @Test
    void exportsTheWeightsThatTheEventNames() throws Exception {
        try (TrainingLoop loop = loop()) {
            Awaitility.await().atMost(PATIENCE).until(() -> loop.status().serving() == 0);
        }
        Path out = folder.resolve("out");
        assertThat(model("export", "0", "--out", out.toString())).isZero();
        assertThat(FakeRuntime.sha(Files.readAllBytes(out.resolve("model-v0.safetensors"))))
                .isEqualTo(serving().getWeightsDigest());
        assertThat(out.resolve("model-v0.json")).content().contains("\"networkDigest\"", "\"provenance\"");
    }

    private ModelVersion serving() {
        VersionHistory history = desk.history();
        return history.serving().orElseThrow();
    }

    private int model(String... arguments) {
        List<String> line = new ArrayList<>(List.of("model"));
        line.addAll(Arrays.asList(arguments));
        line.addAll(List.of(
                "--bootstrap-servers",
                SharedKafka.bootstrapServers(),
                "--registry-url",
                SharedKafka.registryUrl(),
                "--topic-prefix",
                prefix));
        return CommandLineProgram.run(line.toArray(String[]::new));
    }

    private static ModelCommand command(String id, CommandType type, @Nullable Long version) {
        return ModelCommand.newBuilder()
                .setId(id)
                .setCommand(type)
                .setVersion(version)
                .build();
    }

    private TrainingLoop loop() {
        TrainingSettings training =
                TrainingSettings.defaults(CONFIG, folder.resolve("checkpoints")).withStepsPerVersion(10);
        return new TrainingLoop(
                        training,
                        topics,
                        clients,
                        new FakeRuntime(0),
                        new NoScores(),
                        new Courtesy(new Lateness(Clock.systemUTC()), 1),
                        Clock.systemUTC())
                .start();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // closing the producer flushes it
    private void sendBatches(int from, int to) throws Exception {
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
                producer.send(new ProducerRecord<>(
                        topics.batches(),
                        0,
                        "0",
                        topics.batchSerde().serializer().serialize(topics.batches(), batch)));
            }
        }
    }

    /** No hold-out here: every version passes the gate. */
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
