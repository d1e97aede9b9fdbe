package io.anchorstream.service.catalogue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class CsvCatalogueTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "\n", " \n\n", "id,title\n"})
    void aFileWithoutRowsHasNoLines(String text, @TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("items.csv"), text);

        assertThat(CsvCatalogue.lines(file)).isEmpty();
    }
}
