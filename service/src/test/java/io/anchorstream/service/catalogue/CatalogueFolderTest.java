package io.anchorstream.service.catalogue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CatalogueFolderTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path folder;

    @Test
    void readsKnownKeysAndKeepsTheRestAsAttributes() throws IOException {
        write("{\"id\":\"a\",\"title\":\"T\",\"image\":\"i.png\",\"keywords\":\"red, round\",\"price\":3.5,"
                + "\"group_id\":\"g\",\"domain\":\"d\",\"zs_split\":\"test\"}");

        CatalogueEntry entry = ((CatalogueLine.Read) lines().get(0)).entry();

        assertThat(entry.keywords()).containsExactly("red", "round");
        assertThat(entry.attributes()).containsEntry("price", "3.5").hasSize(1);
        assertThat(entry.group()).contains("g");
        assertThat(entry.test()).isTrue();
    }

    @Test
    void readsBehindAByteOrderMark() throws IOException {
        write("\uFEFF{\"id\":\"a\"}");
        Path csv = folder.resolve("items.csv");
        Files.writeString(csv, "\uFEFFid,title\nb,lamp\n");

        assertThat(lines()).singleElement().isInstanceOf(CatalogueLine.Read.class);
        try (Stream<CatalogueLine> rows = CatalogueSource.of(csv.toString(), InputStream.nullInputStream())
                .lines()) {
            assertThat(rows).singleElement().isInstanceOf(CatalogueLine.Read.class);
        }
    }

    @Test
    void refusesALineByItsNumberAndGoesOn() throws IOException {
        write("{\"id\":\"a\"}\n\n{not json\n[1]\n{\"title\":\"no id\"}\n{\"id\":\"b\"}");

        List<CatalogueLine> lines = lines();

        assertThat(lines).extracting(CatalogueLine::number).containsExactly(1L, 3L, 4L, 5L, 6L);
        assertThat(lines.get(1)).isInstanceOf(CatalogueLine.Refused.class);
        assertThat(((CatalogueLine.Refused) lines.get(3)).reason()).contains("\"id\"");
        assertThat(lines.get(4)).isInstanceOf(CatalogueLine.Read.class);
    }

    @Test
    void saysWhatAFolderWithoutProductsLacks() {
        assertThatThrownBy(() -> new CatalogueFolder(folder).lines())
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("products.jsonl");
    }

    @Test
    void drawsASmallCatalogueOnceAndOpensItAgain() throws Exception {
        Pictograms.Options options = new Pictograms.Options(12, 1, 32);
        List<CatalogueEntry> drawn;
        try (PictogramFolder catalogue = PictogramFolder.open(folder, options, 2, done -> {})) {
            catalogue.await();
            drawn = catalogue.entries();
        }
        assertThat(drawn).hasSizeGreaterThanOrEqualTo(12).doesNotHaveDuplicates();

        Path first = folder.resolve(drawn.get(0).image().orElseThrow());
        Object before = Files.getLastModifiedTime(first);
        try (PictogramFolder again = PictogramFolder.open(folder, options, 2, done -> {})) {
            assertThat(again.entries()).isEqualTo(drawn);
            assertThat(again.image(drawn.get(0))).startsWith((byte) 0x89, 'P', 'N', 'G');
        }
        assertThat(Files.getLastModifiedTime(first)).isEqualTo(before);
    }

    private void write(String text) throws IOException {
        Files.writeString(folder.resolve("products.jsonl"), text);
    }

    private List<CatalogueLine> lines() throws IOException {
        try (Stream<CatalogueLine> lines = new CatalogueFolder(folder).lines()) {
            return lines.toList();
        }
    }
}
