package io.anchorstream.topology.labelling;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.anchorstream.avro.BatchItem;
import io.anchorstream.avro.CanonicalItem;
import io.anchorstream.avro.EvaluationTruth;
import io.anchorstream.avro.MiniBatch;
import io.anchorstream.avro.WeakLabel;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class LabelTopologyTest {
    private final Path state;

    LabelTopologyTest(@TempDir Path state) {
        this.state = state;
    }

    @Test
    void turnsAStreamOfItemsIntoPicturesLabelsAndBatches() {
        try (LabelDriver driver = new LabelDriver(LabelDriver.settings(), state, "thin-line")) {
            for (int i = 0; i < 60; i++) {
                driver.send("item-" + i, CatalogItems.ofKind(i % 10).build());
            }

            assertThat(driver.images()).hasSize(60);
            List<KeyValue<String, WeakLabel>> labels = driver.labels();
            assertThat(labels).hasSize(60);
            assertThat(labels.stream().map(label -> label.value.getLabel()).distinct())
                    .hasSize(10);
            List<KeyValue<String, MiniBatch>> batches = driver.batches();
            assertThat(batches).hasSizeGreaterThan(5);
            assertThat(batches.get(batches.size() - 1).value.getItems()).hasSize(8);
            assertThat(driver.deadLetters()).isEmpty();
        }
    }

    @Test
    void publishesTheOlderNameOfAClassThatBecameOneWithAnother() {
        LabelSettings usual = LabelDriver.settings();
        LabelSettings settings = new LabelSettings(
                usual.text(),
                usual.functions(),
                new ClusterSettings(0.5f, 0.55f, 2, 100, 0),
                new HoldoutRule(1_000_000),
                usual.batching(),
                1);
        try (LabelDriver driver = new LabelDriver(settings, state, "aliases")) {
            driver.send("a", CatalogItems.withText("lantern", "lantern").build());
            driver.send("b", CatalogItems.withText("violin", "violin").build());
            assertThat(driver.aliases()).isEmpty();
            for (int i = 0; i < 10; i++) {
                driver.send(
                        "both-" + i,
                        CatalogItems.withText("lantern violin", "lantern violin")
                                .build());
            }
            List<KeyValue<String, WeakLabel>> labels = driver.labels();
            long older = labels.get(0).value.getLabel();
            long newer = labels.get(1).value.getLabel();
            assertThat(older).isLessThan(newer);
            assertThat(driver.aliases()).singleElement().satisfies(alias -> {
                assertThat(alias.key).isEqualTo(Long.toString(newer));
                assertThat(alias.value.getLabel()).isEqualTo(newer);
                assertThat(alias.value.getSurvivor()).isEqualTo(older);
            });
            assertThat(labels.get(11).value.getLabel()).isEqualTo(older);
        }
    }

    @Test
    void pairsPictureAndLabelByTheSourceOffset() {
        try (LabelDriver driver = new LabelDriver(LabelDriver.settings(), state, "offsets")) {
            for (int i = 0; i < 5; i++) {
                driver.send("item-" + i % 3, CatalogItems.ofKind(i).build());
            }

            List<KeyValue<String, CanonicalItem>> images = driver.images();
            List<KeyValue<String, WeakLabel>> labels = driver.labels();
            for (int i = 0; i < 5; i++) {
                assertThat(images.get(i).value.getSourceOffset()).isEqualTo(i);
                assertThat(labels.get(i).value.getSourceOffset()).isEqualTo(i);
                assertThat(labels.get(i).key).isEqualTo(images.get(i).key);
            }
        }
    }

    @Test
    void anItemThatIsRewordedOftenCountsOnceInItsBlocksSample() {
        try (LabelDriver driver = new LabelDriver(LabelDriver.settings(), state, "revisions")) {
            for (int i = 0; i < 20; i++) {
                driver.send("a", CatalogItems.ofKind(i).setCategory("shelf").build());
            }
            driver.send("b", CatalogItems.ofKind(3).setCategory("shelf").build());

            List<Bytes> samples = new ArrayList<>();
            try (KeyValueIterator<Bytes, byte[]> rows = driver.labelStore().all()) {
                rows.forEachRemaining(row -> {
                    if (row.key.get()[0] == 'S') {
                        samples.add(row.key);
                    }
                });
            }
            assertThat(driver.labels()).hasSize(21);
            assertThat(samples).hasSize(2);
        }
    }

    @Test
    void neverDrawsAHeldOutItem() {
        try (LabelDriver driver = new LabelDriver(LabelDriver.settings(), state, "holdout")) {
            for (int i = 0; i < 300; i++) {
                var item = CatalogItems.ofKind(i % 20);
                if (i % 7 == 0) {
                    item.setTruth(EvaluationTruth.newBuilder().setTest(true).build());
                }
                driver.send("item-" + i, item.build());
            }

            Set<String> heldOut = new HashSet<>();
            driver.labels().stream().filter(l -> l.value.getHoldout()).forEach(l -> heldOut.add(l.key));
            Set<String> published = new HashSet<>();
            driver.holdout().forEach(item -> published.add(item.key));
            assertThat(published).isEqualTo(heldOut).hasSizeGreaterThan(40);
            assertThat(drawn(driver)).isNotEmpty().noneMatch(item -> heldOut.contains(item.getItemId()));
        }
    }

    @Test
    void labelsAnItemWithoutTextAsNoneAndNeverDrawsIt() {
        try (LabelDriver driver = new LabelDriver(LabelDriver.settings(), state, "no-text")) {
            for (int i = 0; i < 60; i++) {
                driver.send("item-" + i, CatalogItems.ofKind(i % 5).build());
                driver.send("mute-" + i, CatalogItems.withText("", " ").build());
            }

            assertThat(driver.labels())
                    .filteredOn(label -> label.key.startsWith("mute"))
                    .hasSize(60)
                    .allMatch(label -> label.value.getLabel() == -1
                            && label.value.getSource().equals("none"));
            assertThat(driver.images()).hasSize(120);
            assertThat(drawn(driver)).isNotEmpty().noneMatch(item -> item.getItemId()
                    .startsWith("mute"));
        }
    }

    @Test
    void sendsTombstonesForADeletedItemAndForgetsIt() {
        try (LabelDriver driver = new LabelDriver(LabelDriver.settings(), state, "delete")) {
            for (int i = 0; i < 40; i++) {
                driver.send("item-" + i, CatalogItems.ofKind(i % 5).build());
            }
            List<Long> held = driver.labels().stream()
                    .filter(l -> l.value.getHoldout())
                    .map(l -> l.value.getLabel())
                    .toList();
            driver.batches();
            driver.images();
            driver.delete("item-3");
            for (int i = 100; i < 200; i++) {
                driver.send("item-" + i, CatalogItems.ofKind(i % 5).build());
            }

            assertThat(held).isEmpty();
            assertThat(driver.images())
                    .filteredOn(image -> image.key.equals("item-3"))
                    .singleElement()
                    .satisfies(image -> assertThat((Object) image.value).isNull());
            assertThat(driver.labels())
                    .filteredOn(label -> label.key.equals("item-3"))
                    .singleElement()
                    .satisfies(label -> assertThat((Object) label.value).isNull());
            assertThat(drawn(driver)).hasSizeGreaterThan(50).noneMatch(item -> item.getItemId()
                    .equals("item-3"));
        }
    }

    @Test
    void forgetsTheOldVersionOfAnItemThatMovesToAnotherBlock() {
        try (LabelDriver driver = new LabelDriver(LabelDriver.settings(), state, "move")) {
            driver.send("moving", CatalogItems.ofKind(0).setCategory("one").build());
            for (int i = 0; i < 20; i++) {
                driver.send("moving", CatalogItems.ofKind(1).setCategory("two").build());
                driver.send("a" + i, CatalogItems.ofKind(0).setCategory("one").build());
                driver.send("b" + i, CatalogItems.ofKind(1).setCategory("two").build());
            }

            Map<String, Long> labels = new HashMap<>();
            driver.labels().forEach(label -> labels.put(label.key, label.value.getLabel()));
            assertThat(labels.get("moving")).isEqualTo(labels.get("b0")).isNotEqualTo(labels.get("a0"));
            assertThat(drawn(driver))
                    .filteredOn(item -> item.getItemId().equals("moving"))
                    .allMatch(item -> item.getLabel() == labels.getOrDefault("b0", -1L));
        }
    }

    @Test
    void givesTheSameBatchesForTheSameInput() {
        assertThat(batchesOfAMixedStream("first"))
                .isEqualTo(batchesOfAMixedStream("second"))
                .hasSizeGreaterThan(20);
    }

    private List<String> batchesOfAMixedStream(String scope) {
        try (LabelDriver driver = new LabelDriver(LabelDriver.settings(), state.resolve(scope), scope)) {
            for (int i = 0; i < 200; i++) {
                driver.send("item-" + i % 150, CatalogItems.ofKind(i * 7 % 20).build());
                if (i % 11 == 0) {
                    driver.delete("item-" + i / 2);
                }
            }
            List<String> batches = new ArrayList<>();
            driver.batches().forEach(batch -> batches.add(batch.value.toString()));
            return batches;
        }
    }

    private static List<BatchItem> drawn(LabelDriver driver) {
        List<BatchItem> items = new ArrayList<>();
        driver.batches().forEach(batch -> items.addAll(batch.value.getItems()));
        return items;
    }
}
