package io.anchorstream.service.ingest;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import io.anchorstream.service.catalogue.CatalogueSource;
import io.anchorstream.service.fetch.PictureAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What is left out, and what is said of a catalogue that is not as it should be. */
class CatalogueFaultsTest {
    private final Path folder;
    private final IngestRun ingest;

    CatalogueFaultsTest(@TempDir Path folder) {
        this.folder = folder;
        this.ingest = new IngestRun(folder);
    }

    @Test
    void refusesWhatCannotTravelByLineAndGoesOn() throws IOException {
        Files.write(folder.resolve("small.png"), new byte[100]);
        try (RandomAccessFile huge =
                new RandomAccessFile(folder.resolve("huge.png").toFile(), "rw")) {
            huge.setLength(50_000_000); // sparse: refused by its size, before a byte is read
        }
        Files.writeString(folder.resolve("products.jsonl"), """
                {"id": "a", "title": "one", "image": "small.png"}
                {"id": "b", "title": "two", "image": "huge.png"}
                {"id": "c", "title": "three", "image": "missing.png"}

                {"id": "d", "title": "four", "image": "../outside.png"}
                no json
                {"id": "e", "title": "five", "image": "small.png"}
                """);

        CatalogueIngest.Outcome outcome = ingest.run();

        assertThat(outcome.sent()).isEqualTo(2);
        assertThat(outcome.refused()).isEqualTo(4);
        assertThat(outcome.imageBytes()).isEqualTo(200);
        assertThat(ingest.producer.history()).extracting(record -> record.key()).containsExactly("a", "e");
        assertThat(ingest.refusals).hasSize(4);
        assertThat(ingest.refusals.get(0)).startsWith("2: ").contains("50000000 bytes", "scale the picture down");
        assertThat(ingest.refusals.get(1)).startsWith("3: ").contains("missing.png");
        assertThat(ingest.refusals.get(2)).startsWith("5: ").contains("outside");
        assertThat(ingest.refusals.get(3)).startsWith("6: ").contains("not JSON");
    }

    @Test
    void refusesAnItemWhoseCategoryOrAttributesAreTooHeavy() throws IOException {
        String heavy = "x".repeat((int) CatalogueIngest.LARGEST_ITEM);
        Files.writeString(folder.resolve("products.jsonl"), """
                {"id": "a", "title": "one", "category": "%s"}
                {"id": "b", "title": "two", "colour": "%s"}
                {"id": "c", "title": "three"}
                """.formatted(heavy, heavy));

        CatalogueIngest.Outcome outcome = ingest.run();

        assertThat(outcome.sent()).isEqualTo(1);
        assertThat(outcome.refused()).isEqualTo(2);
        assertThat(ingest.producer.history()).extracting(record -> record.key()).containsExactly("c");
    }

    @Test
    void countsItemsWithoutTextAndNamesTheFirstLines() throws IOException {
        StringBuilder lines = new StringBuilder("{\"id\": \"a\", \"title\": \"one\"}\n");
        for (int i = 0; i < 7; i++) {
            lines.append("{\"id\": \"silent").append(i).append("\", \"title\": \" \", \"description\": \"\"}\n");
        }
        Files.writeString(folder.resolve("products.jsonl"), lines);

        CatalogueIngest.Outcome outcome = ingest.run();

        assertThat(outcome.sent()).isEqualTo(8);
        assertThat(outcome.withoutText()).isEqualTo(new CatalogueIngest.Named(7, List.of("2", "3", "4", "5", "6")));
    }

    @Test
    void aCsvWithoutAnIdColumnOrWithShortRowsSaysWhatIsWrong() throws IOException {
        Path file = folder.resolve("items.csv");
        Files.writeString(file, "id;title\na;Lamp\n");
        ingest.run(CatalogueSource.of(file.toString(), IngestRun.NOTHING), 0);
        Files.writeString(file, "sku,title\na,Lamp\nb,Chair\n");
        ingest.run(CatalogueSource.of(file.toString(), IngestRun.NOTHING), 0);
        Files.writeString(file, "id,title,image\na,Lamp\n");
        ingest.run(CatalogueSource.of(file.toString(), IngestRun.NOTHING), 0);

        assertThat(ingest.producer.history()).isEmpty();
        assertThat(ingest.refusals)
                .satisfiesExactly(
                        semicolons -> assertThat(semicolons).contains("[id;title]", "semicolons", "commas"),
                        otherName -> assertThat(otherName).contains("[sku, title]", "that tells items apart id"),
                        shortRow -> assertThat(shortRow).contains("2 cells", "3 columns"));
    }

    @Test
    void leavesOutALineThatIsNotUtf8AndGoesOn() throws IOException {
        Files.write(
                folder.resolve("products.jsonl"),
                "{\"id\": \"a\"}\n{\"id\": \"b\", \"title\": \"caf\u00e9\"}\n{\"id\": \"c\"}\n"
                        .getBytes(StandardCharsets.ISO_8859_1));
        Path csv = folder.resolve("items.csv");
        Files.write(csv, "id,title\nd,one\ne,caf\u00e9\nf,two\n".getBytes(StandardCharsets.ISO_8859_1));

        ingest.run();
        ingest.run(CatalogueSource.of(csv.toString(), IngestRun.NOTHING), 0);

        assertThat(ingest.producer.history()).extracting(record -> record.key()).containsExactly("a", "c", "d", "f");
        assertThat(ingest.refusals)
                .satisfiesExactly(
                        json -> assertThat(json).startsWith("2: ").contains("not UTF-8", "iconv -f latin1 -t utf-8"),
                        row -> assertThat(row).startsWith("3: ").contains("not UTF-8", "iconv -f latin1 -t utf-8"));
    }

    @Test
    void aFileThatIsNoJsonLinesSaysSoOnce() throws IOException {
        Files.writeString(folder.resolve("products.jsonl"), "[\n{\"id\": \"a\"},\n{\"id\": \"b\"}\n]\n");
        ingest.run();
        Files.writeString(folder.resolve("products.jsonl"), "{\n\"id\": \"a\"\n}\n");
        ingest.run();

        assertThat(ingest.producer.history()).isEmpty();
        assertThat(ingest.refusals)
                .satisfiesExactly(
                        array -> assertThat(array)
                                .startsWith("1: ")
                                .contains("one JSON array", "one JSON object a line"),
                        pretty -> assertThat(pretty).startsWith("1: ").contains("over several lines"));
    }

    @Test
    void namesItemsWhosePictureWillBeRefused() throws IOException {
        Files.write(folder.resolve("empty.png"), new byte[0]);
        Files.writeString(folder.resolve("text.png"), "hello");
        Files.writeString(folder.resolve("new.png"), "RIFF1234WEBPVP8 ");
        Files.write(folder.resolve("good.png"), new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        Files.writeString(folder.resolve("products.jsonl"), """
                {"id": "a", "title": "one"}
                {"id": "b", "title": "one", "image": "empty.png"}
                {"id": "c", "title": "one", "image": "text.png"}
                {"id": "d", "title": "one", "image": "new.png"}
                {"id": "e", "title": "one", "image": "good.png"}
                {"id": "f", "title": "one", "image": "https://pictures.example/p.png"}
                """);

        CatalogueIngest.Outcome outcome = ingest.run();

        assertThat(outcome.unusable()).isEqualTo(new CatalogueIngest.Named(4, List.of("1", "2", "3", "4")));
        assertThat(ingest.unusable)
                .satisfiesExactly(
                        none -> assertThat(none).contains("item a names no \"image\""),
                        empty -> assertThat(empty).contains("empty.png", "no bytes"),
                        text -> assertThat(text).contains("text.png", "no PNG, JPEG, GIF or BMP"),
                        webp -> assertThat(webp).contains("new.png", "WebP", "convert it to PNG or JPEG"));
    }

    @Test
    void namesIdsWithBlanksAroundThemAndLeavesThemAsTheyAre() throws IOException {
        Files.writeString(
                folder.resolve("products.jsonl"), "{\"id\": \"a \"}\n{\"id\": \"b c\"}\n{\"id\": \"\\td\"}\n");

        assertThat(ingest.run().padded()).isEqualTo(new CatalogueIngest.Named(2, List.of("1", "3")));
        assertThat(ingest.producer.history()).extracting(record -> record.key()).containsExactly("a ", "b c", "\td");
    }

    @Test
    void aFileInUtf16SaysSoOnceWithTheWayOut() throws IOException {
        Path jsonl = folder.resolve("products.jsonl");
        Path csv = folder.resolve("items.csv");
        Files.writeString(jsonl, "{\"id\": \"a\"}\n{\"id\": \"b\"}\n", StandardCharsets.UTF_16);
        Files.writeString(csv, "id,title\na,Lamp\n", StandardCharsets.UTF_16LE);

        assertThatThrownBy(ingest::run)
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(jsonl.toString(), "is UTF-16", "iconv -f utf-16 -t utf-8 OLD > NEW");
        assertThatThrownBy(() -> ingest.run(CatalogueSource.of(csv.toString(), IngestRun.NOTHING), 0))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(csv.toString(), "is UTF-16");
        assertThat(ingest.producer.history()).isEmpty();
    }

    @Test
    void countsIdsThatComeMoreThanOnce() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 3000; i++) {
            lines.append("{\"id\": \"").append(i % 2998).append("\"}\n");
        }
        lines.append("{\"id\": \"1\"}\n");
        Files.writeString(folder.resolve("products.jsonl"), lines);

        assertThat(ingest.run().repeated())
                .isEqualTo(new CatalogueIngest.Named(
                        2, List.of("0 in lines 1 and 2999", "1 in lines 2 and 3000", "1 in lines 3000 and 3001")));
    }

    @Test
    void asksOnceOfAFieldWhetherAKnownOneWasMeant() throws IOException {
        Files.writeString(folder.resolve("products.jsonl"), """
                {"id": "a", "title": "one", "images": "p.png", "descripton": "red", "colour": "red", "price": "3"}
                {"id": "b", "title": "one", "images": "p.png", "image_url": "https://pictures.example/p.png"}
                {"id": "c", "title": "one", "description": "red", "sku": "17", "image": "https://pictures.example/p.png"}
                {"sku": "d", "title": "one"}
                """);

        ingest.run();

        assertThat(ingest.misnamed)
                .containsExactlyInAnyOrder("images = image", "descripton = description", "image_url = image");
        assertThat(ingest.refusals).singleElement().asString().contains("no \"id\"", "is it \"sku\"?");
    }

    @Test
    void twoLettersThatChangedPlacesAreOneSlipAndFarWordsAreNone() throws IOException {
        Files.writeString(folder.resolve("products.jsonl"), """
                {"id": "a", "titel": "one", "iamge": "p.png", "keyowrds": ["red"], "desrciptoin": "red"}
                {"id": "b", "retail": "3", "little": "x", "table": "oak", "ltiel": "x", "margin": "1", "material": "oak"}
                """);

        ingest.run();

        assertThat(ingest.misnamed)
                .containsExactlyInAnyOrder(
                        "titel = title", "iamge = image", "keyowrds = keywords", "desrciptoin = description");
    }

    @Test
    void aDryRunNamesPicturesThatAreNotThereAndAddressesThatAreNeverFetchedFrom() throws IOException {
        Files.writeString(folder.resolve("products.jsonl"), """
                {"id": "a", "title": "one", "image": "missing.png"}
                {"id": "b", "title": "two", "image": "http://169.254.169.254/p.png"}
                {"id": "c", "title": "three", "image": "https://pictures.example/p.png"}
                """);
        CatalogueIngest.Outcome outcome = new CatalogueIngest(
                        CatalogueSource.of(folder.toString(), IngestRun.NOTHING),
                        ItemSink.NONE,
                        address -> {
                            PictureAddress.check(address, IngestRun.fetching(Set.of()));
                            return Optional.empty();
                        },
                        Optional.empty())
                .run(0, ingest.listener());

        assertThat(outcome.sent()).isEqualTo(1);
        assertThat(ingest.refusals)
                .satisfiesExactlyInAnyOrder(
                        one -> assertThat(one).contains("1: ", "no picture missing.png"),
                        two -> assertThat(two).contains("2: ", "the picture of b", "fetch.trusted-hosts"));
    }
}
