package io.anchorstream.service.chart;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.config.YamlFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The chart, linted and rendered by Helm itself (its library, in this process). */
class HelmChartTest {
    private static final Path CHART = Path.of("..", "deploy", "helm", "anchorstream");
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    @Test
    void isWithoutFaultForHelm() {
        LintResult result = new Helm(CHART).lint().strict().call();

        assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
    }

    @Test
    void runsEveryRoleWithAVolumeProbesABudgetAndNoRights() throws IOException {
        List<JsonNode> all = render();

        for (String role : List.of("label", "train", "embed", "index")) {
            JsonNode set = only(all, "StatefulSet", "shop-" + role);
            JsonNode pod = set.at("/spec/template/spec");
            JsonNode container = pod.at("/containers/0");
            assertThat(container.get("args").toString()).contains("\"--roles\",\"" + role + "\"");
            assertThat(container.at("/livenessProbe/httpGet/path").asText()).isEqualTo("/health/live");
            assertThat(container.at("/readinessProbe/httpGet/path").asText()).isEqualTo("/health/ready");
            assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean())
                    .isTrue();
            assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
            assertThat(pod.get("terminationGracePeriodSeconds").asInt()).isGreaterThanOrEqualTo(45);
            assertThat(set.at("/spec/volumeClaimTemplates/0/spec/accessModes/0").asText())
                    .isEqualTo("ReadWriteOnce");
            assertThat(only(all, "PodDisruptionBudget", "shop-" + role)
                            .at("/spec/maxUnavailable")
                            .asInt())
                    .isEqualTo(1);
            assertThat(only(all, "Service", "shop-" + role).at("/spec/selector"))
                    .isEqualTo(set.at("/spec/selector/matchLabels"));
            assertThat(container.toString())
                    .as("members that the user names are not taken out at once when a pod dies")
                    .doesNotContain("GROUP_INSTANCE_ID");
        }
        assertThat(only(all, "StatefulSet", "shop-train").at("/spec/replicas").asInt())
                .as("one active trainer, one that stands by")
                .isEqualTo(2);
    }

    @Test
    void namesMembersAfterTheirPodsWhenAsked() throws IOException {
        List<JsonNode> all = render("staticMembership=true");

        for (String role : List.of("label", "embed")) {
            assertThat(only(all, "StatefulSet", "shop-" + role)
                            .at("/spec/template/spec/containers/0/env")
                            .toString())
                    .contains("ANCHORSTREAM_STREAMS_GROUP_INSTANCE_ID", "metadata.name", "ANCHORSTREAM_JAVA_OPTS");
        }
        assertThat(only(all, "StatefulSet", "shop-train").toString()).doesNotContain("GROUP_INSTANCE_ID");
    }

    @Test
    void givesAGpuAndItsImageToTheRoleThatAsksForOne() throws IOException {
        List<JsonNode> all = render("roles.train.gpu=1");

        JsonNode trainer = only(all, "StatefulSet", "shop-train").at("/spec/template/spec/containers/0");
        assertThat(trainer.at("/resources/limits").get("nvidia.com/gpu").asInt()).isEqualTo(1);
        assertThat(trainer.get("image").asText()).endsWith("-gpu");
        JsonNode embedder = only(all, "StatefulSet", "shop-embed").at("/spec/template/spec/containers/0");
        assertThat(embedder.at("/resources/limits").has("nvidia.com/gpu")).isFalse();
        assertThat(embedder.get("image").asText()).doesNotEndWith("-gpu");
    }

    @Test
    void writesAConfigurationThatTheServiceTakes(@TempDir Path folder) throws IOException {
        String text = only(render(), "ConfigMap", "shop").at("/data").get("anchorstream.yaml").asText();
        Path file = Files.writeString(folder.resolve("anchorstream.yaml"), text);

        Settings settings = Settings.resolve(Keys.all(), List.of(YamlFile.read(file)));

        assertThat(settings.get(Keys.ITEM_PARTITIONS)).isEqualTo(12);
        assertThat(settings.passedOn("kafka")).containsEntry("bootstrap.servers", "kafka:9092");
    }

    @Test
    void refusesValuesThatCannotBeMeant() {
        assertThatThrownBy(() -> render("roles.train.replicas=-1")).hasMessageContaining("replicas");
        assertThatThrownBy(() -> render("roles.trainer.replicas=1")).hasMessageContaining("trainer");
    }

    private static List<JsonNode> render(String... values) throws IOException {
        TemplateCommand template =
                new Helm(CHART).template().withName("shop").withKubeVersion("1.29.0");
        for (String value : values) {
            template.set(value.substring(0, value.indexOf('=')), value.substring(value.indexOf('=') + 1));
        }
        List<JsonNode> documents = new ArrayList<>();
        try (MappingIterator<JsonNode> rendered = YAML.readerFor(JsonNode.class).readValues(template.call())) {
            rendered.forEachRemaining(documents::add);
        }
        documents.removeIf(document -> !document.isObject());
        return documents;
    }

    private static JsonNode only(List<JsonNode> documents, String kind, String name) {
        return documents.stream()
                .filter(one -> one.path("kind").asText().equals(kind)
                        && one.at("/metadata/name").asText().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + kind + " " + name));
    }
}
