package io.anchorstream.topology.labelling;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.anchorstream.avro.CatalogItem;
import io.anchorstream.model.image.ImageDecoder;
import io.anchorstream.model.image.ImageLimits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FetchPictureTest {
    private static final Duration LOOK = Duration.ofMillis(100);

    private final Map<String, CompletableFuture<byte[]>> asked = new LinkedHashMap<>();
    private final List<String> fetches = new ArrayList<>();
    private final FetchProgress progress = new FetchProgress();
    private final LabelDriver driver;

    FetchPictureTest(@TempDir Path state) {
        driver = new LabelDriver(
                LabelDriver.settings(),
                state,
                Map.of("schema.registry.url", "mock://fetch"),
                new ImageDecoder(ImageLimits.defaults(), LabelDriver.IMAGE_SIZE),
                new StumblingEncoder(),
                new Fetching(
                        Optional.of(address -> {
                            fetches.add(address);
                            return asked.computeIfAbsent(address, name -> new CompletableFuture<>());
                        }),
                        progress));
    }

    @AfterEach
    void close() {
        driver.close();
    }

    @Test
    void anItemWithAnAddressIsLabelledOnceItsPictureIsThereAndOthersPassItMeanwhile() {
        driver.send("remote", remote("http://a.example/1.png"));
        driver.send("inline", CatalogItems.ofKind(2).build());
        driver.pass(LOOK);

        assertThat(driver.images()).extracting(image -> image.key).containsExactly("inline");
        assertThat(progress.waiting()).isEqualTo(1);

        arrive("http://a.example/1.png");
        driver.pass(LOOK);

        assertThat(driver.images()).singleElement().satisfies(image -> {
            assertThat(image.key).isEqualTo("remote");
            assertThat(image.value.getSourceOffset()).isZero();
            assertThat(image.value.getSourceTimestamp()).isEqualTo(1_000);
        });
        assertThat(driver.labels()).extracting(label -> label.key).containsExactly("inline", "remote");
        assertThat(driver.deadLetters()).isEmpty();
        assertThat(progress.waiting()).isZero();
        assertThat(progress.fetched()).isEqualTo(1);
    }

    @Test
    void aNewerRecordOfTheItemTakesThePlaceOfTheOneThatWaits() {
        driver.send("a", remote("http://a.example/old.png"));
        driver.send("a", remote("http://a.example/new.png"));
        driver.send("b", remote("http://a.example/b.png"));
        driver.send("b", CatalogItems.ofKind(3).build());
        asked.keySet().forEach(this::arrive);
        driver.pass(LOOK);
        driver.pass(LOOK);

        assertThat(driver.images())
                .extracting(image -> image.key + " " + image.value.getSourceOffset())
                .containsExactly("b 3", "a 1");
        assertThat(driver.deadLetters()).isEmpty();
    }

    @Test
    void anUpdateWithTheSameAddressKeepsTheRequestThatIsUnderWay() {
        driver.send("a", item("http://a.example/1.png", "a lamp"));
        CompletableFuture<byte[]> first = picture("http://a.example/1.png");
        for (int i = 0; i < 20; i++) {
            driver.send("a", item("http://a.example/1.png", "a lamp, described anew " + i));
        }
        assertThat(first).isNotCancelled();
        assertThat(fetches).containsExactly("http://a.example/1.png");

        arrive("http://a.example/1.png");
        driver.pass(LOOK);
        assertThat(driver.images())
                .extracting(image -> image.key + " " + image.value.getSourceOffset())
                .containsExactly("a 20");
    }

    @Test
    void anErrorIsNotBlamedOnTheItem() {
        driver.send("a", remote("http://a.example/1.png"));
        picture("http://a.example/1.png").completeExceptionally(new OutOfMemoryError("for the test"));

        assertThatThrownBy(() -> driver.pass(LOOK)).isInstanceOf(OutOfMemoryError.class);
        assertThat(driver.deadLetters()).isEmpty();
    }

    @Test
    void aDeletedItemDoesNotComeBackWithItsPicture() {
        driver.send("a", remote("http://a.example/1.png"));
        driver.delete("a");
        arrive("http://a.example/1.png");
        driver.pass(LOOK);

        assertThat(driver.images()).singleElement().satisfies(image -> assertThat((Object) image.value)
                .isNull());
        assertThat(progress.waiting()).isZero();
    }

    @Test
    void aPictureThatCannotBeHadMakesADeadLetterOfTheItemAsItCame() {
        driver.send("before", CatalogItems.ofKind(1).build());
        driver.send("gone", remote("http://a.example/404.png"));
        picture("http://a.example/404.png")
                .completeExceptionally(new IllegalStateException("http://a.example/404.png answers HTTP 404"));
        driver.pass(LOOK);

        assertThat(driver.deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.key()).isEqualTo("gone");
            assertThat(letter.reason()).isEqualTo("image-url-not-fetched");
            assertThat(letter.detail()).contains("HTTP 404");
            assertThat(letter.offset()).isEqualTo(1);
            assertThat(letter.value()).startsWith(0, 0, 0, 0);
        });
        assertThat(progress.failed()).isEqualTo(1);
        assertThat(progress.waiting()).isZero();
    }

    @Test
    void whatIsNoPictureIsRefusedForThatReason() {
        driver.send("text", remote("http://a.example/text.png"));
        picture("http://a.example/text.png").complete(new byte[] {'<', 's', 'v', 'g', '>'});
        driver.pass(LOOK);

        assertThat(driver.deadLetters()).singleElement().satisfies(letter -> assertThat(letter.reason())
                .isEqualTo("image-unknown-format"));
    }

    @Test
    void asksForFewPicturesAtOnceAndForTheOthersLater() {
        for (int i = 0; i < 40; i++) {
            driver.send("slow-" + i, remote("http://slow.example/" + i));
        }
        assertThat(asked).as("of one host").hasSize(8);
        driver.send("z", remote("http://fast.example/z"));
        assertThat(asked).as("another host has room still").containsKey("http://fast.example/z");

        arrive("http://fast.example/z");
        driver.pass(LOOK);
        assertThat(driver.images()).extracting(image -> image.key).containsExactly("z");

        for (int round = 0; round < 10; round++) {
            asked.keySet().forEach(this::arrive);
            driver.pass(LOOK);
        }
        assertThat(driver.images())
                .extracting(image -> image.key)
                .doesNotHaveDuplicates()
                .hasSize(40);
        assertThat(progress.waiting()).isZero();
    }

    @Test
    void anItemOnWhichALaterStepFailsIsSetAsideAndDoesNotStopTheTask() {
        driver.send("bad", item("http://a.example/bad.png", StumblingEncoder.STONE));
        driver.send("good", remote("http://a.example/good.png"));
        asked.keySet().forEach(this::arrive);
        driver.pass(LOOK);

        assertThat(driver.deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.key()).isEqualTo("bad");
            assertThat(letter.reason()).isEqualTo("processing-failed");
            assertThat(letter.detail()).contains("stumbled");
        });
        assertThat(driver.images()).extracting(image -> image.key).containsExactly("good");
    }

    private CompletableFuture<byte[]> picture(String address) {
        return asked.getOrDefault(address, new CompletableFuture<>());
    }

    private void arrive(String address) {
        byte[] bytes = new byte[CatalogItems.canonical(7).remaining()];
        CatalogItems.canonical(7).get(bytes);
        picture(address).complete(bytes);
    }

    private static CatalogItem remote(String address) {
        return item(address, "a lamp for a desk");
    }

    private static CatalogItem item(String address, String description) {
        return CatalogItems.withText("lamp", description)
                .setImage(null)
                .setImageUrl(address)
                .build();
    }
}
