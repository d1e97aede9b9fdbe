package io.anchorstream.topology.labelling;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class LabelTopologyShapeTest {

    @Test
    void isAsRecordedSoThatStateSurvivesAnUpgrade(@TempDir Path state) throws IOException {
        try (LabelDriver driver = new LabelDriver(LabelDriver.settings(), state, "shape");
                InputStream golden = LabelTopologyShapeTest.class.getResourceAsStream("label-topology.txt")) {
            assertThat(golden).isNotNull();

            assertThat(driver.topology.describe().toString().lines().map(String::stripTrailing))
                    .as("a changed node or store name loses state: change the golden file only on purpose")
                    .containsExactlyElementsOf(new String(golden.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .toList());
        }
    }
}
