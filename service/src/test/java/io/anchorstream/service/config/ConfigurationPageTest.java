package io.anchorstream.service.config;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ConfigurationPageTest {
    @Test
    void documentationMatchesTheDeclarations() throws IOException {
        assertThat(Files.readString(Path.of("..", "docs", "configuration.md")))
                .as("docs/configuration.md is stale; run ./anchorstream config docs --out docs/configuration.md")
                .isEqualTo(ConfigurationPage.markdown());
    }

    @Test
    void lossesAreDocumentedAsDeclared() throws IOException {
        assertThat(Files.readString(Path.of("..", "docs", "losses.md")))
                .as("docs/losses.md is stale; run ./anchorstream config losses --out docs/losses.md")
                .isEqualTo(LossesPage.markdown());
    }

    @Test
    void everyDeclaredKeyIsInASection() throws IllegalAccessException {
        List<Field> declared = Arrays.stream(Keys.class.getFields())
                .filter(field -> field.getType() == ConfigKey.class)
                .toList();
        for (Field field : declared) {
            assertThat(Keys.all()).as(field.getName()).contains((ConfigKey<?>) field.get(null));
        }
        assertThat(Keys.all()).hasSameSizeAs(declared).doesNotHaveDuplicates();
    }
}
