package io.anchorstream.service.ingest;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.schemas.serde.AvroSerde;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class FolderIngestTest {
    private final Path folder;
    private final MockProducer<String, CatalogItem> producer = new MockProducer<>(
            true,
            null,
            new StringSerializer(),
            AvroSerde.of(CatalogItem.class, Map.of("schema.registry.url", "mock://folder-ingest"))
                    .serializer());
    private final List<String> refusals = new ArrayList<>();

    FolderIngestTest(@TempDir Path folder) {
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

        FolderIngest.Outcome outcome = run();

        assertThat(outcome).isEqualTo(new FolderIngest.Outcome(2, 4, 200, 0, List.of()));
        assertThat(producer.history()).extracting(record -> record.key()).containsExactly("a", "e");
        assertThat(refusals).hasSize(4);
        assertThat(refusals.get(0)).startsWith("2: ").contains("50000000 bytes", "scale the picture down");
        assertThat(refusals.get(1)).startsWith("3: ").contains("missing.png");
        assertThat(refusals.get(2)).startsWith("5: ").contains("outside");
        assertThat(refusals.get(3)).startsWith("6: ").contains("not JSON");
    }

    @Test
    void refusesAnItemWhoseCategoryOrAttributesAreTooHeavy() throws IOException {
        String heavy = "x".repeat((int) FolderIngest.LARGEST_ITEM);
        Files.writeString(folder.resolve("products.jsonl"), """
                {"id": "a", "title": "one", "category": "%s"}
                {"id": "b", "title": "two", "colour": "%s"}
                {"id": "c", "title": "three"}
                """.formatted(heavy, heavy));

        FolderIngest.Outcome outcome = run();

        assertThat(outcome).isEqualTo(new FolderIngest.Outcome(1, 2, 0, 0, List.of()));
        assertThat(producer.history()).extracting(record -> record.key()).containsExactly("c");
    }

    @Test
    void countsItemsWithoutTextAndNamesTheFirstLines() throws IOException {
        StringBuilder lines = new StringBuilder("{\"id\": \"a\", \"title\": \"one\"}\n");
        for (int i = 0; i < 7; i++) {
            lines.append("{\"id\": \"silent").append(i).append("\", \"title\": \" \", \"description\": \"\"}\n");
        }
        Files.writeString(folder.resolve("products.jsonl"), lines);

        FolderIngest.Outcome outcome = run();

        assertThat(outcome.sent()).isEqualTo(8);
        assertThat(outcome.withoutText()).isEqualTo(7);
        assertThat(outcome.wordless()).containsExactly(2L, 3L, 4L, 5L, 6L);
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

    private FolderIngest.Outcome run() throws IOException {
        return new FolderIngest(folder, new ItemWriter("items", producer)).run(new FolderIngest.Listener() {
            @Override
            public void sent(long sent) {}

            @Override
            public void refused(long line, String reason) {
                refusals.add(line + ": " + reason);
            }
        });
    }
}
