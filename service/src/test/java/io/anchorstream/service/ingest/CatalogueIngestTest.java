package io.anchorstream.service.ingest;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import com.sun.net.httpserver.HttpServer;
import io.anchorstream.service.catalogue.CatalogueSource;
import io.anchorstream.service.fetch.PictureFetcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What is sent, in which order, and where an ingest goes on. */
class CatalogueIngestTest {
    private final Path folder;
    private final IngestRun ingest;

    CatalogueIngestTest(@TempDir Path folder) {
        this.folder = folder;
        this.ingest = new IngestRun(folder);
    }

    @Test
    void sendsThePictureAsItIsUnderTheItemsId() throws IOException {
        byte[] picture = {1, 2, 3};
        Files.write(folder.resolve("p.png"), picture);
        Files.writeString(folder.resolve("products.jsonl"), """
                {"id": "a", "title": "one", "category": "Lamps", "keywords": ["x"], "image": "p.png", "colour": "red"}
                """);

        ingest.run();

        assertThat(ingest.producer.history()).singleElement().satisfies(record -> {
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
                ingest.run(CatalogueSource.of(folder.resolve("items.csv").toString(), IngestRun.NOTHING), 0);

        assertThat(outcome.sent()).isEqualTo(2);
        assertThat(ingest.producer.history().get(0).value()).satisfies(item -> {
            assertThat(item.getTitle()).isEqualTo("Lamp, red");
            assertThat(item.getKeywords()).containsExactly("lamp", "red");
            assertThat(item.getAttributes()).containsExactly(Map.entry("colour", "red"));
            assertThat(item.getImage()).isNotNull();
        });
        assertThat(ingest.producer.history().get(1).value().getTitle()).isEqualTo("Two\nlines");
        assertThat(ingest.refusals).singleElement().asString().contains("the cell \"id\" is empty");
    }

    @Test
    void readsStandardInputWhichHasNoPicturesBesideIt() throws IOException {
        String lines = """
                {"id": "a", "title": "one"}
                {"id": "b", "title": "two", "image": "p.png"}
                """;

        CatalogueIngest.Outcome outcome = ingest.run(
                CatalogueSource.of("-", new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8))), 0);

        assertThat(outcome.sent()).isEqualTo(1);
        assertThat(ingest.refusals).singleElement().asString().contains("2: ", "relative path", "standard input");
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

        ingest.run(
                CatalogueSource.of(folder.toString(), IngestRun.NOTHING),
                IngestMark.of(folder, products, "broker/items").line());

        assertThat(ingest.producer.history()).extracting(record -> record.key()).containsExactly("c");
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
                        CatalogueSource.of(folder.toString(), IngestRun.NOTHING),
                        new ItemWriter("items", ingest.producer),
                        CatalogueIngest.Web.UNTOUCHED,
                        Optional.of(mark))
                .run(0, ingest.listener());

        assertThat(mark.isWhole()).isTrue();
        assertThat(mark.line()).isEqualTo(1);
        IngestMark slow = IngestMark.of(folder, products, "broker/items");
        Files.writeString(products, "{\"id\": \"b\", \"title\": \"two\"}\n", StandardOpenOption.APPEND);
        slow.finished(1, 0);
        assertThat(slow.isWhole()).as("of a file that grew while it was read").isFalse();
        assertThat(slow.line()).isZero();
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
        try (PictureFetcher fetcher = new PictureFetcher(IngestRun.fetching(Set.of("127.0.0.1")))) {
            CatalogueIngest.Outcome outcome = new CatalogueIngest(
                            CatalogueSource.of(folder.toString(), IngestRun.NOTHING),
                            new ItemWriter("items", ingest.producer),
                            address -> Optional.of(fetcher.fetch(address)),
                            Optional.empty())
                    .run(0, ingest.listener());

            assertThat(outcome.remote()).isEqualTo(2);
        } finally {
            server.stop(0);
            threads.shutdownNow();
        }
        assertThat(ingest.producer.history()).extracting(record -> record.key()).containsExactly("a", "b", "d");
        assertThat(ingest.producer.history().get(0).value().getImage()).isEqualTo(ByteBuffer.wrap(png));
        assertThat(ingest.producer.history().get(0).value().getImageUrl()).endsWith("/first.png");
        assertThat(ingest.refusals).singleElement().asString().startsWith("3: ").contains("404");
    }
}
