package io.anchorstream.service.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.schemas.serde.AvroSerde;
import io.anchorstream.service.catalogue.CatalogueEntry;
import io.anchorstream.service.catalogue.PictogramFolder;
import io.anchorstream.service.catalogue.Pictograms;
import io.anchorstream.service.ingest.ItemWriter;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class DemoFeedTest {
    private static final int SMALL = 30;
    private static final int LARGE = 60;
    /** So slow that of the items after the test groups none comes. */
    private static final double TEST_GROUPS_ONLY = 1e-6;

    private static final double ALL = Double.POSITIVE_INFINITY;
    private static final DemoFeed.Backlog NOTHING_WAITS = () -> 0;

    /** Drawn once: each of the catalogues takes seconds. */
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private static Path pictures;

    private final Path note;

    DemoFeedTest(@TempDir Path folder) {
        this.note = folder.resolve("feed.position");
    }

    @BeforeAll
    static void draw() throws Exception {
        for (int asked : List.of(SMALL, LARGE)) {
            try (PictogramFolder catalogue = open(asked)) {
                catalogue.await();
                Awaitility.await("the folder says so")
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> Files.readString(folder(asked).resolve("pictograms.json"))
                                .contains("\"complete\":true"));
            }
        }
    }

    @Test
    void goesOnWhereTheSameCatalogueStopped() throws Exception {
        List<String> all = ids(SMALL);
        List<String> first = run(SMALL, TEST_GROUPS_ONLY);
        List<String> second = run(SMALL, ALL);

        assertThat(first).isNotEmpty().isEqualTo(all.subList(0, first.size()));
        assertThat(second).isNotEmpty().isEqualTo(all.subList(first.size(), all.size()));
        assertThat(run(SMALL, ALL)).isEmpty();
    }

    @Test
    void largeThatStoppedEarlyThenSmallThenLargeSendsEveryItemOfTheLarge() throws Exception {
        run(LARGE, TEST_GROUPS_ONLY);
        assertThat(run(SMALL, ALL)).isEqualTo(ids(SMALL));

        assertThat(run(LARGE, ALL)).isEqualTo(ids(LARGE));
    }

    @Test
    void smallThatStoppedEarlyThenLargeThenSmallSendsEveryItemOfTheSmall() throws Exception {
        run(SMALL, TEST_GROUPS_ONLY);
        assertThat(run(LARGE, ALL)).isEqualTo(ids(LARGE));

        assertThat(run(SMALL, ALL)).isEqualTo(ids(SMALL));
        assertThat(Files.readString(note)).isEqualTo(ids(SMALL).size() + " " + SMALL);
    }

    @Test
    void aNoteOfAnEarlierVersionIsReplacedByOneOfThisCatalogue() throws Exception {
        Files.writeString(note, "20");

        assertThat(run(SMALL, ALL)).isEqualTo(ids(SMALL));
        assertThat(Files.readString(note)).isEqualTo(ids(SMALL).size() + " " + SMALL);
    }

    @Test
    void waitsForTheLabelRoleAlsoWhileItSendsAgainWhatIsThere() throws Exception {
        run(SMALL, ALL);
        MockProducer<String, CatalogItem> producer = producer();
        AtomicInteger looks = new AtomicInteger();
        try (PictogramFolder catalogue = open(LARGE);
                DemoFeed feed = feed(
                        catalogue,
                        producer,
                        ALL,
                        () -> {
                            looks.incrementAndGet();
                            return DemoFeed.LEAD - 5L + producer.history().size();
                        },
                        LARGE)) {
            feed.start();
            Awaitility.await("some looks after it stopped").until(() -> looks.get() >= 5);

            assertThat(producer.history()).hasSize(5);
            assertThat(feed.sent()).isEqualTo(5);
        }
    }

    @Test
    void asksAgainWhereTheBrokerDidNotAnswer() throws Exception {
        MockProducer<String, CatalogItem> producer = producer();
        AtomicInteger looks = new AtomicInteger();
        try (PictogramFolder catalogue = open(SMALL);
                DemoFeed feed = feed(
                        catalogue,
                        producer,
                        ALL,
                        () -> {
                            if (looks.getAndIncrement() < 2) {
                                throw new ExecutionException(new IOException("no answer"));
                            }
                            return 0;
                        },
                        SMALL)) {
            feed.start();
            Awaitility.await("everything sent").until(() -> feed.sent() == feed.total());

            assertThat(feed.failure()).isEmpty();
            assertThat(keys(producer)).isEqualTo(ids(SMALL));
        }
    }

    /** One run, until it has nothing left to do at that rate; returns what it sent. */
    private List<String> run(int asked, double rate) throws Exception {
        MockProducer<String, CatalogItem> producer = producer();
        try (PictogramFolder catalogue = open(asked)) {
            int until = rate == ALL
                    ? catalogue.entries().size()
                    : (int) catalogue.entries().stream()
                            .filter(CatalogueEntry::test)
                            .count();
            try (DemoFeed feed = feed(catalogue, producer, rate, NOTHING_WAITS, asked)) {
                feed.start();
                Awaitility.await("the feed came to " + until)
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> feed.sent() == until);
            }
        }
        return keys(producer);
    }

    private DemoFeed feed(
            PictogramFolder catalogue,
            MockProducer<String, CatalogItem> producer,
            double rate,
            DemoFeed.Backlog backlog,
            int asked)
            throws IOException {
        return new DemoFeed(catalogue, new ItemWriter("items", producer), rate, backlog, asked, note);
    }

    private static List<String> ids(int asked) throws IOException {
        try (PictogramFolder catalogue = open(asked)) {
            return catalogue.entries().stream().map(CatalogueEntry::id).toList();
        }
    }

    private static PictogramFolder open(int asked) throws IOException {
        return PictogramFolder.open(folder(asked), new Pictograms.Options(asked, 1, 32), 1, drawn -> {});
    }

    private static Path folder(int asked) {
        return pictures.resolve("pictograms-" + asked);
    }

    private static List<String> keys(MockProducer<String, CatalogItem> producer) {
        return producer.history().stream().map(ProducerRecord::key).toList();
    }

    private static MockProducer<String, CatalogItem> producer() {
        return new MockProducer<>(
                true,
                null,
                new StringSerializer(),
                AvroSerde.of(CatalogItem.class, Map.of("schema.registry.url", "mock://demo-feed"))
                        .serializer());
    }
}
