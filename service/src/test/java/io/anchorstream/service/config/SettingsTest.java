package io.anchorstream.service.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.apache.lucene.codecs.KnnVectorsFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SettingsTest {
    private static Settings resolve(Settings.Layer... layers) {
        return Settings.resolve(Keys.all(), List.of(layers));
    }

    @Test
    void everyDefaultIsAllowed() {
        Settings settings = resolve();

        Keys.all().forEach(key -> assertThat(settings.get(key)).as(key.name()).isNotNull());
    }

    @Test
    void laterLayersWin() {
        Settings settings = resolve(
                new Settings.Layer("file", Map.of("http.port", "1", "train.seed", "7")),
                new Settings.Layer("flag", Map.of("http.port", "2")));

        assertThat(settings.get(Keys.HTTP_PORT)).isEqualTo(2);
        assertThat(settings.get(Keys.SEED)).isEqualTo(7);
        assertThat(settings.source("http.port")).contains("flag");
    }

    @Test
    void namesTheNearestKeyForAMistypedOne() {
        assertThatThrownBy(() -> resolve(new Settings.Layer("--set", Map.of("htp.port", "1"))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("htp.port (--set)")
                .hasMessageContaining("did you mean http.port?");
    }

    @Test
    void saysWhatAValueMayBe() {
        assertThatThrownBy(() -> resolve(new Settings.Layer("x.yaml", Map.of("http.port", "seventy"))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("http.port = \"seventy\" (x.yaml): must be a whole number from 0 to 65535");
    }

    @Test
    void boundsWhatIsHeldInMemory() {
        assertThat(resolve(new Settings.Layer("flag", Map.of("image.max-bytes", "800 KB")))
                        .get(Keys.IMAGE_MAX_BYTES))
                .isEqualTo(800 * 1024);
        for (String refused : List.of("-1", "0", "2GB", "9000000000GB", "many")) {
            assertThatThrownBy(() -> resolve(new Settings.Layer("flag", Map.of("fetch.max-bytes", refused))))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("up to 1GB");
        }
    }

    @Test
    void allowsNoLongerVectorsThanAnIndexHolds() {
        int most = KnnVectorsFormat.DEFAULT_MAX_DIMENSIONS;

        assertThat(resolve(new Settings.Layer("flag", Map.of("train.dimension", "" + most)))
                        .get(Keys.DIMENSION))
                .isEqualTo(most);
        assertThatThrownBy(() -> resolve(new Settings.Layer("flag", Map.of("train.dimension", "" + (most + 1)))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("an index holds no longer vectors");
    }

    @Test
    void readsEnvironmentVariablesOfKeysAndOfLibraries() {
        Settings settings = resolve(Settings.environment(
                Keys.all(),
                Map.of(
                        "ANCHORSTREAM_TRAIN_STEPS_PER_VERSION", "42",
                        "ANCHORSTREAM_KAFKA_BOOTSTRAP_SERVERS", "b:9092",
                        "ANCHORSTREAM_JAVA_OPTS", "-Xmx1g",
                        "HOME", "/root")));

        assertThat(settings.get(Keys.STEPS_PER_VERSION)).isEqualTo(42);
        assertThat(settings.passedOn("kafka")).containsExactly(Map.entry("bootstrap.servers", "b:9092"));
    }

    @Test
    void flattensYaml(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("anchorstream.yaml");
        Files.writeString(
                file, "http:\n  port: 81\ntrain.loss: contrastive\nkafka:\n  bootstrap.servers: [a:1, b:2]\n");

        Settings settings = resolve(YamlFile.read(file));

        assertThat(settings.get(Keys.HTTP_PORT)).isEqualTo(81);
        assertThat(settings.get(Keys.LOSS)).isEqualTo("contrastive");
        assertThat(settings.passedOn("kafka")).containsEntry("bootstrap.servers", "a:1,b:2");
    }

    @Test
    void hidesSecrets() {
        Settings settings = resolve(new Settings.Layer(
                "flag",
                Map.of(
                        "kafka.sasl.jaas.config", "hunter2",
                        "kafka.ssl.keystore.password", "hunter2",
                        "registry.basic.auth.user.info", "me:hunter2")));

        assertThat(settings.toString()).doesNotContain("hunter2").contains("[hidden]");
    }

    @Test
    void hidesSecretsAmongTheWordsOfACommandLine() {
        assertThat(Settings.printable("http.token=abc=def")).isEqualTo("http.token=[hidden]");
        assertThat(Settings.printable("--set=kafka.ssl.key.password=x"))
                .isEqualTo("--set=kafka.ssl.key.password=[hidden]");
        assertThat(Settings.printable("registry.url=http://me:pw@host")).isEqualTo("registry.url=http://[hidden]@host");
        assertThat(Settings.printable("train.loss=adaptive-triplet")).isEqualTo("train.loss=adaptive-triplet");
        assertThat(Settings.printable("--port")).isEqualTo("--port");
    }
}
