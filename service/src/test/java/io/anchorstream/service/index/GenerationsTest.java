package io.anchorstream.service.index;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class GenerationsTest {
    private final Path folder;

    GenerationsTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void rebuildsAnIndexThatACrashLeftHalfDeleted() throws IOException {
        try (CatalogueIndex catalogue = open()) {
            catalogue.applyEmbedding("a", Records.embedding(0, 0, 1, 0));
            catalogue.applyEmbedding("a", Records.embedding(1, 1, 1, 0));
            catalogue.serve(Records.complete(1, 1));
            catalogue.commit();
        }
        deleteSomeFiles(folder.resolve("vectors/generation-1"));

        try (CatalogueIndex catalogue = open()) {
            assertThat(catalogue.generations().find(0)).isPresent();
            assertThat(catalogue.generations().find(1)).isEmpty();
            assertThat(catalogue.generations().needsReplay()).isTrue();
        }
        try (CatalogueIndex catalogue = open()) {
            assertThat(catalogue.generations().needsReplay())
                    .as("until it was read again")
                    .isTrue();
            catalogue.applyEmbedding("a", Records.embedding(1, 1, 1, 0));
            catalogue.commit();
            catalogue.generations().replayNoted();
        }
        try (CatalogueIndex catalogue = open()) {
            assertThat(catalogue.generations().serving().orElseThrow().generation())
                    .isEqualTo(1);
            assertThat(catalogue.generations().needsReplay()).isFalse();
        }
    }

    @Test
    void opensAfterACrashBeforeTheFirstCommitOfAnIndex() throws IOException {
        Files.createDirectories(folder.resolve("vectors/generation-0"));
        Files.createDirectories(folder.resolve("vectors/dropped-7"));
        Files.writeString(folder.resolve("vectors/dropped-7/left"), "over");

        try (CatalogueIndex catalogue = open()) {
            assertThat(catalogue.generations().first()).isEmpty();
            assertThat(folder.resolve("vectors")).isEmptyDirectory();
        }
    }

    private CatalogueIndex open() {
        return new CatalogueIndex(folder, Clock.systemUTC(), Duration.ofSeconds(60));
    }

    private static void deleteSomeFiles(Path index) throws IOException {
        List<Path> data;
        try (Stream<Path> files = Files.list(index)) {
            data = files.filter(file -> !file.getFileName().toString().startsWith("segments"))
                    .toList();
        }
        for (Path file : data) {
            Files.delete(file);
        }
    }
}
