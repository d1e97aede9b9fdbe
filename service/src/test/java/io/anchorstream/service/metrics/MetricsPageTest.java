package io.anchorstream.service.metrics;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.ItemEmbedding;
import io.anchorstream.avro.ModelVersion;
import io.anchorstream.avro.TrainingStep;
import io.anchorstream.avro.VersionState;
import io.anchorstream.service.index.CatalogueIndex;
import io.anchorstream.service.monitor.DeadLetters;
import io.anchorstream.service.monitor.LearningHistory;
import io.anchorstream.service.monitor.PipelineMonitor;
import io.anchorstream.topology.embedding.EmbedProgress;
import io.anchorstream.topology.labelling.FetchProgress;
import io.anchorstream.topology.training.TrainingStatus;
import io.micrometer.core.instrument.Meter;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class MetricsPageTest {
    private static final Pattern DOCUMENTED = Pattern.compile("(?m)^\\| `(anchorstream\\.[a-z0-9.]+)`");

    private static final Pattern USED = Pattern.compile("anchorstream_[a-z0-9_]+[a-z0-9]");

    private final ServiceMetrics metrics = new ServiceMetrics();
    private final LearningHistory learning = new LearningHistory();
    private final DeadLetters deadLetters = new DeadLetters();
    private final CatalogueIndex catalogue;
    private final PipelineMonitor pipeline;

    MetricsPageTest(@TempDir Path folder) {
        catalogue = new CatalogueIndex(folder, Clock.systemUTC(), Duration.ofSeconds(60));
        pipeline = new PipelineMonitor(
                catalogue, () -> 4, learning, deadLetters, () -> 9L, () -> Map.of("label", 12L), Clock.systemUTC());
    }

    @BeforeEach
    void bind() {
        metrics.bind(() -> new TrainingStatus(TrainingStatus.Phase.TRAINING, 7, 7, 0, 0, 90, 1, 1, 1, 0, 0, 0, 50, ""));
        metrics.bind(new EmbedProgress());
        metrics.bind(new FetchProgress());
        metrics.bindPeers(() -> 2, () -> 0);
    }

    @AfterEach
    void close() {
        pipeline.close();
        catalogue.close();
        metrics.close();
    }

    @Test
    void everyDocumentedMeterIsExportedAndTheOtherWayRound() throws IOException {
        feed();
        scrape();

        Set<String> exported = metrics.registry().getMeters().stream()
                .map(meter -> meter.getId().getName())
                .filter(name -> name.startsWith("anchorstream."))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> documented = DOCUMENTED
                .matcher(Files.readString(Path.of("..", "docs", "metrics.md")))
                .results()
                .map((MatchResult found) -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(exported).isEqualTo(documented);
        assertThat(metrics.registry().getMeters())
                .filteredOn(meter -> meter.getId().getName().startsWith("anchorstream."))
                .allSatisfy(meter -> assertThat(meter.getId().getDescription())
                        .as("%s", meter)
                        .isNotBlank());
    }

    @Test
    void dashboardsAlertsAndThePageNameOnlyMetersThatAreExported() throws IOException {
        feed();
        String exported = scrape();

        for (Path file : List.of(
                Path.of("..", "deploy", "grafana", "dashboards", "anchorstream.json"),
                Path.of("..", "deploy", "prometheus", "alerts.yml"),
                Path.of("src", "main", "resources", "web", "pipeline.js"))) {
            Set<String> used = USED.matcher(Files.readString(file))
                    .results()
                    .map(MatchResult::group)
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(used).as("%s", file).hasSizeGreaterThan(5).allSatisfy(name -> assertThat(exported)
                    .containsPattern("(?m)^" + name + "[ {]"));
        }
    }

    @Test
    void theNumbersAreThoseOfThePage() {
        feed();
        scrape();

        assertThat(value("anchorstream.pipeline.items")).isEqualTo(9);
        assertThat(value("anchorstream.dead.letters", "reason", "no-image")).isEqualTo(1);
        assertThat(value("anchorstream.role.lag", "role", "label")).isEqualTo(12);
        assertThat(value("anchorstream.role.lag", "role", "index")).isEqualTo(4);
        assertThat(value("anchorstream.freshness.p50.seconds")).isEqualTo(0.25);
        assertThat(value("anchorstream.refresh.partitions.done")).isEqualTo(1);
        assertThat(value("anchorstream.learning.loss")).isEqualTo(0.5);
        assertThat(value("anchorstream.version.score", "version", "serving", "score", "holdout.recall_at_1"))
                .isEqualTo(0.75);
        assertThat(value("anchorstream.version.score", "version", "untrained", "score", "holdout.recall_at_1"))
                .as("version 0 on the pictures that the version in service was scored on, as on the page's curve")
                .isEqualTo(0.7);
        assertThat(metrics.registry()
                        .find("anchorstream.baseline.score")
                        .tag("features", "untrained")
                        .meters())
                .isEmpty();
        assertThat(value("anchorstream.baseline.score", "features", "hog", "score", "holdout.recall_at_1"))
                .isEqualTo(0.6);
        assertThat(value("anchorstream.train.images")).isEqualTo(90);
    }

    @Test
    void whatWasNotMeasuredYetIsNotANumber() {
        scrape();

        assertThat(value("anchorstream.freshness.p99.seconds")).isNaN();
        assertThat(value("anchorstream.learning.loss")).isNaN();
        assertThat(value("anchorstream.refresh.generation")).isEqualTo(-1);
    }

    private String scrape() {
        pipeline.tick();
        PageMetrics page = new PageMetrics(metrics.registry(), pipeline::view, learning);
        page.refresh();
        return metrics.registry().scrape();
    }

    private double value(String name, String... tags) {
        Meter meter = metrics.registry().get(name).tags(tags).meter();
        return meter.measure().iterator().next().getValue();
    }

    private void feed() {
        catalogue.freshness().record(250);
        catalogue.refuse("mixed-vectors", new IllegalStateException("test"));
        catalogue.applyEmbedding(
                "a",
                ItemEmbedding.newBuilder()
                        .setVector(List.of(1f, 0f))
                        .setDimension(2)
                        .setModelVersion(0)
                        .setGeneration(0)
                        .setLabel(-1)
                        .setSourcePartition(0)
                        .setSourceOffset(0)
                        .setSourceTimestamp(0)
                        .setEmbeddedTimestamp(0)
                        .setPreprocessing("test")
                        .build());
        catalogue.applyGeneration(GenerationEvent.newBuilder()
                .setGeneration(0)
                .setModelVersion(0)
                .setState(GenerationState.PROGRESS)
                .setPartition(0)
                .setPartitions(2)
                .setItems(1)
                .setEmbedded(1)
                .setDone(true)
                .setTimestamp(1)
                .build());
        ConsumerRecord<byte[], byte[]> letter = new ConsumerRecord<>("dead", 0, 0, new byte[0], new byte[0]);
        letter.headers().add("anchorstream.reason", "no-image".getBytes(StandardCharsets.UTF_8));
        deadLetters.apply(letter);
        learning.apply(TrainingStep.newBuilder()
                .setVersion(0)
                .setStep(1)
                .setLoss(0.5)
                .setActiveShare(0.4)
                .setPrequentialRecallAt1(0.3)
                .setImages(8)
                .setSeconds(0.1)
                .setTimestamp(1)
                .build());
        learning.apply(ModelVersion.newBuilder()
                .setVersion(0)
                .setState(VersionState.PROMOTED)
                .setGeneration(0)
                .setStep(0)
                .setDimension(2)
                .setNetwork("")
                .setNetworkDigest("")
                .setWeightsDigest("")
                .setWeightsBytes(0)
                .setMetrics(Map.of("holdout.recall_at_1", 0.75))
                .setBaselines(Map.of("hog.holdout.recall_at_1", 0.6, "untrained.holdout.recall_at_1", 0.7))
                .setTimestamp(1)
                .build());
    }
}
