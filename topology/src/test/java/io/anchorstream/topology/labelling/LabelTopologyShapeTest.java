package io.anchorstream.topology.labelling;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class LabelTopologyShapeTest {

    @Test
    void isAsRecordedSoThatStateSurvivesAnUpgrade(@TempDir Path state) throws IOException {
        try (LabelDriver driver = new LabelDriver(LabelDriver.settings(), state, "shape");
                InputStream golden = LabelTopologyShapeTest.class.getResourceAsStream("label-topology.txt")) {
            assertThat(golden).isNotNull();

            assertThat(normalised(driver.topology.describe().toString()))
                    .as("a changed node or store name loses state: change the golden file only on purpose")
                    .isEqualTo(normalised(new String(golden.readAllBytes(), StandardCharsets.UTF_8)));
        }
    }

    /** Kafka pads lines, and the padding is of no interest. */
    private static String normalised(String description) {
        return description
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining("\n"));
    }
}
