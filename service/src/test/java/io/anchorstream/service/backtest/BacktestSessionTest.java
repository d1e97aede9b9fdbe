package io.anchorstream.service.backtest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.anchorstream.model.training.PyTorchModelRuntime;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class BacktestSessionTest {
    private static final Map<String, String> SMALL = Map.of(
            "text.encoder", "hashed",
            "image.size", "32",
            "batch.labels", "4",
            "label.join", "0.7",
            "label.holdout-one-in", "0",
            "topics.sampler-partitions", "1",
            "train.dimension", "32",
            "train.device", "cpu");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path folder;

    private final List<String> said = new ArrayList<>();
    private Set<Control> controls = Control.LEARNED;
    private Optional<Path> transfer = Optional.empty();
    private Look watching = () -> {};

    private interface Look {
        void look() throws IOException;
    }

    @Test
    void comparesLossesWithAllControlsAndWritesWhatItFound() throws IOException {
        DrawnShapes.write(folder, 16, true);

        BacktestSession.Outcome outcome = run("adaptive-triplet", "triplet-semi-hard");

        JsonNode results =
                JsonMapper.builder().build().readTree(outcome.results().toFile());
        List<String> runs = new ArrayList<>();
        for (JsonNode run : results.get("runs")) {
            runs.add(run.get("loss").asText() + "/" + run.get("control").asText());
            assertThat(run.get("seed").asLong()).isEqualTo(1);
            assertThat(run.get("config_digest").asText()).hasSize(32);
            assertThat(run.get("version").asText()).isNotEmpty();
            assertThat(run.get("seconds").asDouble()).isNotNegative();
            for (String score : ScoreNames.all().stream()
                    .filter(name -> !name.startsWith(ScoreNames.TRANSFER))
                    .toList()) {
                assertThat(run.get("scores").get(score).asDouble()).as(score).isBetween(0.0, 1.0);
            }
        }
        assertThat(runs)
                .containsExactlyInAnyOrder(
                        "none/raw-hog",
                        "none/raw-pixels",
                        "none/raw-colour-histogram",
                        "none/untrained",
                        "adaptive-triplet/none",
                        "adaptive-triplet/fixed-margin",
                        "adaptive-triplet/oracle-labels",
                        "adaptive-triplet/offline",
                        "triplet-semi-hard/none",
                        "triplet-semi-hard/oracle-labels",
                        "triplet-semi-hard/offline");
        assertThat(images(outcome, "adaptive-triplet", Control.NONE))
                .isPositive()
                .isEqualTo(images(outcome, "adaptive-triplet", Control.FIXED_MARGIN));
        assertThat(results.get("weak_labels").get(0).get("purity").asDouble()).isGreaterThan(0.9);
        for (JsonNode compared : results.get("comparisons")) {
            if (compared.has("best_raw")) {
                String score = compared.get("score").asText();
                assertThat(compared.get("difference").get("mean").asDouble())
                        .as(compared.toString())
                        .isEqualTo(score(outcome, compared.get("run").asText(), score) - bestRaw(outcome, score));
            }
        }
        assertThat(results.get("comparisons").findValuesAsText("best_raw")).hasSize(2 * ScoreNames.MAIN.size());
        String report = Files.readString(outcome.report());
        assertThat(report.split("<table", -1))
                .hasSameSizeAs(report.split("tabindex=\"0\" role=\"region\" aria-label=\"[^\"]+\"><table", -1));
        assertThat(report)
                .contains(
                        "adaptive-triplet, fixed-margin",
                        "adaptive-triplet − untrained",
                        "triplet-semi-hard − best raw features",
                        "data:image/png;base64,",
                        "<polyline",
                        "prefers-color-scheme")
                .doesNotContain("http://", "https://", "<script");
        assertThat(said).anyMatch(line -> line.startsWith("| adaptive-triplet, fixed-margin"));
        assertThat(said)
                .filteredOn(line -> line.startsWith("one seed has no spread"))
                .hasSize(1);
        assertThat(report).contains("one seed has no spread", "three seeds", "scored, 0 lines left out, 1 seed.");
    }

    @Test
    void givesTheSameScoresForTheSameSeed() throws IOException {
        DrawnShapes.write(folder, 12, true);

        List<Map<String, Double>> first =
                run("contrastive").runs().stream().map(BacktestRun::scores).toList();
        List<Map<String, Double>> second =
                run("contrastive").runs().stream().map(BacktestRun::scores).toList();

        assertThat(second).isEqualTo(first);
    }

    @Test
    void scoresAnotherCatalogueWithoutLearningAnythingOfIt() throws IOException {
        DrawnShapes.write(folder, 12, true);
        Path other = Files.createDirectory(folder.resolve("other"));
        DrawnShapes.write(other, 8, true);
        controls = Set.of();
        List<Map<String, Double>> alone = own(run("triplet-semi-hard"));

        transfer = Optional.of(other);
        BacktestSession.Outcome outcome = run("triplet-semi-hard");

        assertThat(own(outcome)).isEqualTo(alone);
        assertThat(outcome.runs()).allSatisfy(run -> assertThat(run.scores())
                .containsKeys("transfer_recall_at_1", "transfer_cross_domain_semantic_ndcg_at_10"));
        assertThat(said).anyMatch(line -> line.contains("on 12 pictures of other, of which nothing was learned"));
    }

    private static List<Map<String, Double>> own(BacktestSession.Outcome outcome) {
        return outcome.runs().stream()
                .map(run -> {
                    Map<String, Double> scores = new LinkedHashMap<>(run.scores());
                    scores.keySet().removeIf(name -> name.startsWith(ScoreNames.TRANSFER));
                    return scores;
                })
                .toList();
    }

    @Test
    void keepsWhatItHasAfterEachRun() throws IOException {
        DrawnShapes.write(folder, 12, true);
        Path results = folder.resolve("report/results.json");
        List<Integer> runs = new ArrayList<>();
        watching = () -> {
            if (Files.exists(results)) {
                JsonNode kept = JsonMapper.builder().build().readTree(results.toFile());
                assertThat(kept.get("complete").asBoolean()).isFalse();
                runs.add(kept.get("runs").size());
            }
        };

        run("contrastive");

        assertThat(runs).contains(5, 6);
        assertThat(JsonMapper.builder()
                        .build()
                        .readTree(results.toFile())
                        .get("complete")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void namesTheLineOfWhatItLeavesOutAndGoesOn() throws IOException {
        List<String> lines = new ArrayList<>(DrawnShapes.write(folder, 8, false));
        Files.delete(folder.resolve("images/0-2.png"));
        Files.writeString(folder.resolve("images/1-0.png"), "no picture");
        lines.set(4, "{\"id\": oops");
        lines.add(lines.get(0));
        lines.add("{\"id\":\"far\",\"title\":\"far\",\"image\":\"https://example.org/far.png\"}");
        lines.add("{\"id\":\"out\",\"title\":\"out\",\"image\":\"../secret.png\"}");
        Files.write(folder.resolve("products.jsonl"), lines);

        BacktestSession.Outcome outcome = run("triplet-semi-hard");

        assertThat(outcome.refusedLines()).isEqualTo(6);
        assertThat(said)
                .anyMatch(line -> line.contains("line 3: there is no picture images/0-2.png"))
                .anyMatch(line -> line.contains("line 5: not JSON"))
                .anyMatch(line -> line.contains("line 7: the picture images/1-0.png cannot be used"))
                .anyMatch(line -> line.contains("line 49: the id i0-0 was already used in line 1"))
                .anyMatch(line -> line.contains("line 50: a backtest fetches no pictures"))
                .anyMatch(line -> line.contains("line 51: the picture ../secret.png lies outside the folder"))
                .anyMatch(line -> line.contains("of the one domain [filled]: cross-domain scores are left out"));
        assertThat(outcome.runs().get(0).scores())
                .containsKey("recall_at_1")
                .doesNotContainKey("cross_domain_recall_at_1");
    }

    @Test
    void refusesAFolderThatLeavesNothingToScore() throws IOException {
        Files.writeString(folder.resolve("products.jsonl"), "{\"id\":\"a\",\"title\":\"a\"}\n");

        assertThatThrownBy(() -> run("triplet-semi-hard"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there are 0 and 0 that can be used");
        assertThat(said).anyMatch(line -> line.contains("line 1: item a names no \"image\""));
    }

    @Test
    void tellsWhichLossesAndOptionsThereAre() {
        assertThatThrownBy(() -> LossChoice.parse("tripplet")).hasMessageContaining("triplet-semi-hard");
        assertThatThrownBy(() -> LossChoice.parse("contrastive:margin=1")).hasMessageContaining("neg-margin");
        assertThat(LossChoice.parse("triplet-semi-hard:margin=0.4:train.memory-rows=64")
                        .settings())
                .containsEntry("train.memory-rows", "64");
    }

    private static double score(BacktestSession.Outcome outcome, String title, String score) {
        return outcome.runs().stream()
                .filter(run -> run.title().equals(title))
                .mapToDouble(run -> run.scores().get(score))
                .sum();
    }

    private static double bestRaw(BacktestSession.Outcome outcome, String score) {
        return outcome.runs().stream()
                .filter(run -> run.control().id().startsWith("raw-"))
                .mapToDouble(run -> run.scores().get(score))
                .max()
                .orElseThrow();
    }

    private static int images(BacktestSession.Outcome outcome, String loss, Control control) {
        return outcome.runs().stream()
                .filter(run -> run.loss().equals(loss) && run.control() == control)
                .mapToInt(BacktestRun::gradientImages)
                .sum();
    }

    private BacktestSession.Outcome run(String... losses) throws IOException {
        SettingsSource settings = flags -> {
            Map<String, String> all = new LinkedHashMap<>(SMALL);
            all.putAll(flags);
            return Settings.resolve(Keys.all(), List.of(new Settings.Layer("test", all)));
        };
        BacktestSession.Request request = new BacktestSession.Request(
                folder,
                transfer,
                Objects.requireNonNull(folder.resolve("report")),
                List.of(losses).stream().map(LossChoice::parse).toList(),
                List.of(1L),
                1,
                controls,
                false,
                false,
                settings,
                "anchorstream backtest");
        return new BacktestSession(
                        request,
                        new BacktestSession.Console() {
                            @Override
                            public void progress(String text) {
                                try {
                                    watching.look();
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            }

                            @Override
                            public void say(String text) {
                                said.add(text);
                            }
                        },
                        System::nanoTime)
                .run(new PyTorchModelRuntime(1, "cpu"));
    }
}
