package io.anchorstream.service.ingest;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import com.sun.net.httpserver.HttpServer;
import io.anchorstream.avro.CatalogItem;
import io.anchorstream.schemas.serde.AvroSerde;
import io.anchorstream.service.catalogue.CatalogueSource;
import io.anchorstream.service.fetch.FetchSettings;
import io.anchorstream.service.fetch.PictureAddress;
import io.anchorstream.service.fetch.PictureFetcher;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CatalogueIngestTest {
    private static final InputStream NOTHING = InputStream.nullInputStream();

    private final Path folder;
    private final MockProducer<String, CatalogItem> producer = new MockProducer<>(
            true,
            null,
            new StringSerializer(),
            AvroSerde.of(CatalogItem.class, Map.of("schema.registry.url", "mock://catalogue-ingest"))
                    .serializer());
    private final List<String> refusals = new ArrayList<>();
    private final List<String> unusable = new ArrayList<>();
    private final List<String> misnamed = new ArrayList<>();

    CatalogueIngestTest(@TempDir Path folder) {
        this.folder = folder;
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

        CatalogueIngest.Outcome outcome = run();

        assertThat(outcome.sent()).isEqualTo(2);
        assertThat(outcome.refused()).isEqualTo(4);
        assertThat(outcome.imageBytes()).isEqualTo(200);
        assertThat(producer.history()).extracting(record -> record.key()).containsExactly("a", "e");
        assertThat(refusals).hasSize(4);
        assertThat(refusals.get(0)).startsWith("2: ").contains("50000000 bytes", "scale the picture down");
        assertThat(refusals.get(1)).startsWith("3: ").contains("missing.png");
        assertThat(refusals.get(2)).startsWith("5: ").contains("outside");
        assertThat(refusals.get(3)).startsWith("6: ").contains("not JSON");
    }

    @Test
    void refusesAnItemWhoseCategoryOrAttributesAreTooHeavy() throws IOException {
        String heavy = "x".repeat((int) CatalogueIngest.LARGEST_ITEM);
        Files.writeString(folder.resolve("products.jsonl"), """
                {"id": "a", "title": "one", "category": "%s"}
                {"id": "b", "title": "two", "colour": "%s"}
                {"id": "c", "title": "three"}
                """.formatted(heavy, heavy));

        CatalogueIngest.Outcome outcome = run();

        assertThat(outcome.sent()).isEqualTo(1);
        assertThat(outcome.refused()).isEqualTo(2);
        assertThat(producer.history()).extracting(record -> record.key()).containsExactly("c");
    }

    @Test
    void countsItemsWithoutTextAndNamesTheFirstLines() throws IOException {
        StringBuilder lines = new StringBuilder("{\"id\": \"a\", \"title\": \"one\"}\n");
        for (int i = 0; i < 7; i++) {
            lines.append("{\"id\": \"silent").append(i).append("\", \"title\": \" \", \"description\": \"\"}\n");
        }
        Files.writeString(folder.resolve("products.jsonl"), lines);

        CatalogueIngest.Outcome outcome = run();

        assertThat(outcome.sent()).isEqualTo(8);
        assertThat(outcome.withoutText()).isEqualTo(new CatalogueIngest.Named(7, List.of("2", "3", "4", "5", "6")));
    }

    @Test
    void sendsThePictureAsItIsUnderTheItemsId() throws IOException {
        byte[] picture = {1, 2, 3};
        Files.write(folder.resolve("p.png"), picture);
        Files.writeString(folder.resolve("products.jsonl"), """
                {"id": "a", "title": "one", "category": "Lamps", "keywords": ["x"], "image": "p.png", "colour": "red"}
                """);

        run();

        assertThat(producer.history()).singleElement().satisfies(record -> {
            assertThat(record.topic()).isEqualTo("items");
            assertThat(record.key()).isEqualTo("a");
            assertThat(record.value().getImage()).isEqualTo(ByteBuffer.wrap(picture));
            assertThat(record.value().getCategory()).isEqualTo("Lamps");
            assertThat(record.value().getAttributes()).containsEntry("colour", "red");
            assertThat(record.value().getTruth()).isNull();
        });
    }

    @Test
    void readsCsvByItsHeader() throws IOException {
        Files.write(folder.resolve("p.png"), new byte[10]);
        Files.writeString(folder.resolve("items.csv"), """
                id,title,keywords,image,colour
                a,"Lamp, red","lamp, red",p.png,red
                b,"Two
                lines",,,
                ,nobody,,,
                """);

        CatalogueIngest.Outcome outcome =
                run(CatalogueSource.of(folder.resolve("items.csv").toString(), NOTHING), 0);

        assertThat(outcome.sent()).isEqualTo(2);
        assertThat(producer.history().get(0).value()).satisfies(item -> {
            assertThat(item.getTitle()).isEqualTo("Lamp, red");
            assertThat(item.getKeywords()).containsExactly("lamp", "red");
            assertThat(item.getAttributes()).containsExactly(Map.entry("colour", "red"));
            assertThat(item.getImage()).isNotNull();
        });
        assertThat(producer.history().get(1).value().getTitle()).isEqualTo("Two\nlines");
        assertThat(refusals).singleElement().asString().contains("the cell \"id\" is empty");
    }

    @Test
    void aCsvWithoutAnIdColumnOrWithShortRowsSaysWhatIsWrong() throws IOException {
        Path file = folder.resolve("items.csv");
        Files.writeString(file, "id;title\na;Lamp\n");
        run(CatalogueSource.of(file.toString(), NOTHING), 0);
        Files.writeString(file, "sku,title\na,Lamp\nb,Chair\n");
        run(CatalogueSource.of(file.toString(), NOTHING), 0);
        Files.writeString(file, "id,title,image\na,Lamp\n");
        run(CatalogueSource.of(file.toString(), NOTHING), 0);

        assertThat(producer.history()).isEmpty();
        assertThat(refusals)
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

        run();
        run(CatalogueSource.of(csv.toString(), NOTHING), 0);

        assertThat(producer.history()).extracting(record -> record.key()).containsExactly("a", "c", "d", "f");
        assertThat(refusals)
                .satisfiesExactly(
                        json -> assertThat(json).startsWith("2: ").contains("not UTF-8", "iconv -f latin1 -t utf-8"),
                        row -> assertThat(row).startsWith("3: ").contains("not UTF-8", "iconv -f latin1 -t utf-8"));
    }

    @Test
    void aFileThatIsNoJsonLinesSaysSoOnce() throws IOException {
        Files.writeString(folder.resolve("products.jsonl"), "[\n{\"id\": \"a\"},\n{\"id\": \"b\"}\n]\n");
        run();
        Files.writeString(folder.resolve("products.jsonl"), "{\n\"id\": \"a\"\n}\n");
        run();

        assertThat(producer.history()).isEmpty();
        assertThat(refusals)
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

        CatalogueIngest.Outcome outcome = run();

        assertThat(outcome.unusable()).isEqualTo(new CatalogueIngest.Named(4, List.of("1", "2", "3", "4")));
        assertThat(unusable)
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

        assertThat(run().padded()).isEqualTo(new CatalogueIngest.Named(2, List.of("1", "3")));
        assertThat(producer.history()).extracting(record -> record.key()).containsExactly("a ", "b c", "\td");
    }

    @Test
    void aFileInUtf16SaysSoOnceWithTheWayOut() throws IOException {
        Path jsonl = folder.resolve("products.jsonl");
        Path csv = folder.resolve("items.csv");
        Files.writeString(jsonl, "{\"id\": \"a\"}\n{\"id\": \"b\"}\n", StandardCharsets.UTF_16);
        Files.writeString(csv, "id,title\na,Lamp\n", StandardCharsets.UTF_16LE);

        assertThatThrownBy(this::run)
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(jsonl.toString(), "is UTF-16", "iconv -f utf-16 -t utf-8 OLD > NEW");
        assertThatThrownBy(() -> run(CatalogueSource.of(csv.toString(), NOTHING), 0))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(csv.toString(), "is UTF-16");
        assertThat(producer.history()).isEmpty();
    }

    @Test
    void countsIdsThatComeMoreThanOnce() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 3000; i++) {
            lines.append("{\"id\": \"").append(i % 2998).append("\"}\n");
        }
        lines.append("{\"id\": \"1\"}\n");
        Files.writeString(folder.resolve("products.jsonl"), lines);

        assertThat(run().repeated())
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

        run();

        assertThat(misnamed)
                .containsExactlyInAnyOrder("images = image", "descripton = description", "image_url = image");
        assertThat(refusals).singleElement().asString().contains("no \"id\"", "is it \"sku\"?");
    }

    @Test
    void readsStandardInputWhichHasNoPicturesBesideIt() throws IOException {
        String lines = """
                {"id": "a", "title": "one"}
                {"id": "b", "title": "two", "image": "p.png"}
                """;

        CatalogueIngest.Outcome outcome =
                run(CatalogueSource.of("-", new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8))), 0);

        assertThat(outcome.sent()).isEqualTo(1);
        assertThat(refusals).singleElement().asString().contains("2: ", "relative path", "standard input");
    }

    @Test
    void goesOnAfterTheLastLineThatWasAcknowledgedUnlessTheFileChanged() throws IOException {
        Path products = folder.resolve("products.jsonl");
        Files.writeString(products, """
                {"id": "a", "title": "one"}
                {"id": "b", "title": "two"}
                {"id": "c", "title": "three"}
                """);
        IngestMark mark = IngestMark.of(folder, products, "broker/items");
        assertThat(mark.line()).isZero();
        mark.reached(2, 1);

        run(
                CatalogueSource.of(folder.toString(), NOTHING),
                IngestMark.of(folder, products, "broker/items").line());

        assertThat(producer.history()).extracting(record -> record.key()).containsExactly("c");
        assertThat(mark.refused()).isEqualTo(1);
        assertThat(IngestMark.of(folder, products, "other/items").line()).isZero();
        Files.writeString(products, "{\"id\": \"d\", \"title\": \"new\"}\n");
        assertThat(mark.line()).as("of a file that changed").isZero();
    }

    @Test
    void aFileIsWholeOnceItsLastLineWasSentUnlessItGrewMeanwhile() throws IOException {
        Path products = folder.resolve("products.jsonl");
        Files.writeString(products, "{\"id\": \"a\", \"title\": \"one\"}\n");
        IngestMark mark = IngestMark.of(folder, products, "broker/items");

        new CatalogueIngest(
                        CatalogueSource.of(folder.toString(), NOTHING),
                        new ItemWriter("items", producer),
                        CatalogueIngest.Web.UNTOUCHED,
                        Optional.of(mark))
                .run(0, listener());

        assertThat(mark.isWhole()).isTrue();
        assertThat(mark.line()).isEqualTo(1);
        IngestMark slow = IngestMark.of(folder, products, "broker/items");
        Files.writeString(products, "{\"id\": \"b\", \"title\": \"two\"}\n", StandardOpenOption.APPEND);
        slow.finished(1, 0);
        assertThat(slow.isWhole()).as("of a file that grew while it was read").isFalse();
        assertThat(slow.line()).isZero();
    }

    @Test
    void aDryRunNamesPicturesThatAreNotThereAndAddressesThatAreNeverFetchedFrom() throws IOException {
        Files.writeString(folder.resolve("products.jsonl"), """
                {"id": "a", "title": "one", "image": "missing.png"}
                {"id": "b", "title": "two", "image": "http://169.254.169.254/p.png"}
                {"id": "c", "title": "three", "image": "https://pictures.example/p.png"}
                """);
        CatalogueIngest.Outcome outcome = new CatalogueIngest(
                        CatalogueSource.of(folder.toString(), NOTHING),
                        ItemSink.NONE,
                        address -> {
                            PictureAddress.check(address, settings(Set.of()));
                            return Optional.empty();
                        },
                        Optional.empty())
                .run(0, listener());

        assertThat(outcome.sent()).isEqualTo(1);
        assertThat(refusals)
                .satisfiesExactlyInAnyOrder(
                        one -> assertThat(one).contains("1: ", "no picture missing.png"),
                        two -> assertThat(two).contains("2: ", "the picture of b", "fetch.trusted-hosts"));
    }

    @Test
    void keepsTheCataloguesOrderWhilePicturesAreFetchedAndNamesThoseThatAreNot() throws Exception {
        byte[] png = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 1};
        CountDownLatch second = new CountDownLatch(1);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ExecutorService threads = Executors.newCachedThreadPool();
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            try {
                if (path.equals("/first.png") && !second.await(10, TimeUnit.SECONDS)) {
                    path = "/missing";
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.sendResponseHeaders(
                    path.equals("/missing") ? 404 : 200, path.equals("/missing") ? -1 : png.length);
            if (!path.equals("/missing")) {
                exchange.getResponseBody().write(png);
            }
            exchange.close();
            if (path.equals("/second.png")) {
                second.countDown();
            }
        });
        server.start();
        String base = "http://127.0.0.1:" + server.getAddress().getPort();
        Files.writeString(folder.resolve("products.jsonl"), """
                {"id": "a", "title": "one", "image": "%1$s/first.png"}
                {"id": "b", "title": "two", "image": "%1$s/second.png"}
                {"id": "c", "title": "three", "image": "%1$s/missing"}
                {"id": "d", "title": "four"}
                """.formatted(base));
        try (PictureFetcher fetcher = new PictureFetcher(settings(Set.of("127.0.0.1")))) {
            CatalogueIngest.Outcome outcome = new CatalogueIngest(
                            CatalogueSource.of(folder.toString(), NOTHING),
                            new ItemWriter("items", producer),
                            address -> Optional.of(fetcher.fetch(address)),
                            Optional.empty())
                    .run(0, listener());

            assertThat(outcome.remote()).isEqualTo(2);
        } finally {
            server.stop(0);
            threads.shutdownNow();
        }
        assertThat(producer.history()).extracting(record -> record.key()).containsExactly("a", "b", "d");
        assertThat(producer.history().get(0).value().getImage()).isEqualTo(ByteBuffer.wrap(png));
        assertThat(producer.history().get(0).value().getImageUrl()).endsWith("/first.png");
        assertThat(refusals).singleElement().asString().startsWith("3: ").contains("404");
    }

    private static FetchSettings settings(Set<String> trusted) {
        return new FetchSettings(
                4, Duration.ofSeconds(5), Duration.ofSeconds(20), 0, Duration.ofMillis(1), 1000, 0, trusted);
    }

    private CatalogueIngest.Outcome run() throws IOException {
        return run(CatalogueSource.of(folder.toString(), NOTHING), 0);
    }

    private CatalogueIngest.Outcome run(CatalogueSource source, long after) throws IOException {
        return new CatalogueIngest(
                        source, new ItemWriter("items", producer), CatalogueIngest.Web.UNTOUCHED, Optional.empty())
                .run(after, listener());
    }

    private CatalogueIngest.Listener listener() {
        return new CatalogueIngest.Listener() {
            @Override
            public void sent(long sent) {}

            @Override
            public void refused(long line, String reason) {
                refusals.add(line + ": " + reason);
            }

            @Override
            public void unusable(long line, String reason) {
                unusable.add(line + ": " + reason);
            }

            @Override
            public void misnamed(long line, String field, String known) {
                misnamed.add(field + " = " + known);
            }
        };
    }
}
