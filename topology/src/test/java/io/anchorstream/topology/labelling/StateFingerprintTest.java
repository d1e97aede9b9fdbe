package io.anchorstream.topology.labelling;

import java.nio.file.Path;
import java.util.Map;

import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Two kinds of labels in one state would be compared with each other, and nobody would notice. */
class StateFingerprintTest {
    private static final LabelSettings SETTINGS = LabelDriver.settings();

    @Test
    void aStateThatTheTopologyWroteRefusesOtherSettingsAndNamesThemWithTheWayOut(@TempDir Path state) {
        LabelSettings other = new LabelSettings(
                SETTINGS.text(),
                SETTINGS.functions(),
                SETTINGS.clustering(),
                new HoldoutRule(7),
                SETTINGS.batching(),
                SETTINGS.partitions());
        try (LabelDriver driver = new LabelDriver(SETTINGS, state, "fingerprint")) {
            StateFingerprint now = StateFingerprint.of(other, "another", 1, "p");
            assertThatCode(() -> now.requireFits(driver.labelStore()))
                    .as("a state without labels")
                    .doesNotThrowAnyException();

            driver.send("a", CatalogItems.ofKind(1).build());

            assertThatThrownBy(() -> now.requireFits(driver.labelStore()))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("held out, one label in: 20 then, 7 now")
                    .hasMessageContaining("text encoder: ")
                    .hasMessageContaining("another now")
                    .hasMessageContaining("application.id");
        }
    }

    @Test
    void theSameSettingsFit(@TempDir Path state) {
        try (LabelDriver driver = new LabelDriver(SETTINGS, state, "same")) {
            StateFingerprint made = StateFingerprint.of(SETTINGS, "hashed = 1", 256, "p");
            made.noteIn(driver.labelStore());

            assertThatCode(() -> made.requireFits(driver.labelStore())).doesNotThrowAnyException();
            assertThatThrownBy(() -> StateFingerprint.of(SETTINGS, "hashed = 1", 384, "p")
                            .requireFits(driver.labelStore()))
                    .hasMessageContaining("text dimension: 256 then, 384 now")
                    .hasMessageNotContaining("text encoder");
        }
    }

    @Test
    void tellsEncodersAndPicturesApart() {
        Map<String, String> one =
                StateFingerprint.of(SETTINGS, "hashed-1", 256, "p").made();

        assertThat(StateFingerprint.of(SETTINGS, "hashed-2", 256, "p").made()).isNotEqualTo(one);
        assertThat(StateFingerprint.of(SETTINGS, "hashed-1", 256, "q").made()).isNotEqualTo(one);
    }
}
