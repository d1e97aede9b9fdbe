package io.anchorstream.service.pipeline;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import io.anchorstream.avro.CommandType;
import io.anchorstream.avro.ModelCommand;
import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.VersionState;
import io.anchorstream.service.cli.CommandLineProgram;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.config.Settings.Layer;
import io.anchorstream.service.embedded.SharedKafka;
import io.anchorstream.service.operate.ModelDesk;
import io.anchorstream.service.run.Cluster;
import io.anchorstream.topology.training.TrainingLoop;
import io.anchorstream.topology.versions.VersionHistory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What an operator types, the trainer does and answers, and the topics tell again. */
class ModelCommandsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path folder;

    private final TrainingBench bench = new TrainingBench(ModelCommandsIT.class);
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
                            bench.prefix))));
    private final Cluster cluster = Cluster.of(settings);
    private final ModelDesk desk = new ModelDesk(cluster, Clock.systemUTC());

    @Test
    void everyCommandIsCarriedOutOnceAndAnsweredByAnEvent() throws Exception {
        bench.sendBatches(0, 20);
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
            assertThat(model("promote", "2")).as("it is ordered already").isEqualTo(1);
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
        ModelCommand pause = TrainingBench.command("later", CommandType.PAUSE, null);
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
                bench.prefix));
        return CommandLineProgram.run(line.toArray(String[]::new));
    }

    private TrainingLoop loop() {
        return bench.loop(TrainingBench.settings(folder.resolve("checkpoints")), new FakeRuntime(0));
    }
}
