package io.anchorstream.topology.labelling;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.model.image.ImageDecoder;
import io.anchorstream.model.image.ImageLimits;
import io.anchorstream.schemas.registry.RegistryUnavailableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class BadItemsTest {
    private final Path state;

    BadItemsTest(@TempDir Path state) {
        this.state = state;
    }

    record Case(String reason, Consumer<CatalogItem.Builder> spoil) {
        @Override
        public String toString() {
            return reason;
        }
    }

    static List<Case> cases() {
        return List.of(
                new Case("no-image", item -> item.setImage(null)),
                new Case("no-image", item -> item.setImage(ByteBuffer.allocate(0))),
                new Case(
                        "image-url-not-fetched", item -> item.setImage(null).setImageUrl("https://shop.example/1.png")),
                new Case("image-unknown-format", item -> item.setImage(utf8("<svg>"))),
                new Case(
                        "image-truncated",
                        item -> item.setImage(ByteBuffer.wrap(new byte[] {
                            (byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0
                        }))),
                new Case("image-too-many-bytes", item -> item.setImage(ByteBuffer.allocate(50_000))),
                new Case("title-too-long", item -> item.setTitle("x".repeat(3_000))),
                new Case("description-too-long", item -> item.setDescription("x".repeat(1_000_000))),
                new Case("keywords-too-long", item -> item.setKeywords(List.of("x".repeat(3_000)))),
                new Case("category-too-long", item -> item.setCategory("x".repeat(2_000))),
                new Case("attributes-too-long", item -> item.setAttributes(Map.of("a", "x".repeat(200_000)))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void becomeDeadLettersWithTheirReasonWhileTheOthersGoOn(Case bad) {
        CatalogItem.Builder item = CatalogItems.ofKind(1);
        bad.spoil().accept(item);
        try (LabelDriver driver = driver("bad-items")) {
            driver.send("before", CatalogItems.ofKind(1).build());
            driver.send("bad", item.build());
            driver.send("after", CatalogItems.ofKind(1).build());

            assertThat(driver.deadLetters()).singleElement().satisfies(letter -> {
                assertThat(letter.key()).isEqualTo("bad");
                assertThat(letter.reason()).isEqualTo(bad.reason());
                assertThat(letter.detail()).hasSizeGreaterThan(15).hasSizeLessThan(1_001);
                assertThat(letter.offset()).isEqualTo(1);
                assertThat(letter.value()).startsWith(0, 0, 0, 0);
            });
            assertThat(driver.images()).extracting(image -> image.key).containsExactly("before", "after");
            assertThat(driver.labels()).extracting(label -> label.key).containsExactly("before", "after");
        }
    }

    @Test
    void keepsTheOriginalBytesOfWhatCannotBeRead() {
        byte[] junk = utf8("{\"title\": \"json\"}").array();
        byte[] unknownSchema = {0, 0, 0, 1, 0, 5};
        try (LabelDriver driver = driver("undecodable")) {
            driver.sendBytes("json", junk);
            driver.sendBytes("unknown", unknownSchema);
            driver.sendBytes(null, junk);
            driver.sendBytes("k".repeat(2_000), junk);

            List<LabelDriver.DeadLetter> letters = driver.deadLetters();
            assertThat(letters)
                    .extracting(LabelDriver.DeadLetter::reason)
                    .containsExactly("undecodable", "undecodable", "no-key", "key-too-long");
            assertThat(letters.get(0).value()).isEqualTo(junk);
            assertThat(letters.get(1).value()).isEqualTo(unknownSchema);
        }
    }

    @Test
    void anUpdateOnWhoseTextTheEncoderFailsLeavesTheLastGoodVersionInPlace() {
        Map<String, ?> registry = Map.of("schema.registry.url", "mock://stumble");
        try (LabelDriver driver = new LabelDriver(
                LabelDriver.settings(), state, registry, decoder(), new StumblingEncoder(), Fetching.none())) {
            driver.send("lamp", CatalogItems.withText("lamp", "of brass").build());
            driver.send(
                    "lamp",
                    CatalogItems.withText("lamp", StumblingEncoder.STONE).build());

            assertThat(driver.deadLetters())
                    .singleElement()
                    .extracting(LabelDriver.DeadLetter::reason)
                    .isEqualTo("processing-failed");
            assertThat(driver.images()).extracting(image -> image.key).containsExactly("lamp");
            assertThat(driver.labels()).extracting(label -> label.key).containsExactly("lamp");
        }
    }

    @Test
    void accountsForEveryRecordOfAMixedStream() {
        try (LabelDriver driver = driver("mixed")) {
            int bad = 0;
            for (int i = 0; i < 100; i++) {
                CatalogItem.Builder item = CatalogItems.ofKind(i);
                if (i % 3 == 0) {
                    cases().get(i % cases().size()).spoil().accept(item);
                    bad++;
                }
                driver.send("item-" + i, item.build());
            }

            assertThat(driver.deadLetters()).hasSize(bad);
            assertThat(driver.images()).hasSize(100 - bad);
            assertThat(driver.labels()).hasSize(100 - bad);
        }
    }

    @Test
    void stopsInsteadOfBlamingTheRecordWhenTheRegistryIsAway() {
        byte[] anySchema = {0, 0, 0, 0, 9, 5};
        Map<String, Object> away =
                Map.of("schema.registry.url", "http://127.0.0.1:9", "max.retries", "0", "retries.wait.ms", "1");
        try (LabelDriver driver = new LabelDriver(LabelDriver.settings(), state, away, decoder())) {
            assertThatThrownBy(() -> driver.sendBytes("fine", anySchema))
                    .hasCauseInstanceOf(RegistryUnavailableException.class);

            assertThat(driver.deadLetters()).isEmpty();
        }
    }

    private LabelDriver driver(String scope) {
        return new LabelDriver(
                LabelDriver.settings(), state, Map.of("schema.registry.url", "mock://" + scope), decoder());
    }

    private static ImageDecoder decoder() {
        return new ImageDecoder(new ImageLimits(20_000, 1_000_000, 2_000, 400, 1_000_000), LabelDriver.IMAGE_SIZE);
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
