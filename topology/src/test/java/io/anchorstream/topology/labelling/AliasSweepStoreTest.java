package io.anchorstream.topology.labelling;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.anchorstream.avro.HoldoutItem;
import io.anchorstream.avro.LabelAlias;
import io.anchorstream.avro.LabelledItem;
import io.anchorstream.avro.WeakLabel;
import io.anchorstream.schemas.serde.AvroSerde;
import io.anchorstream.topology.streams.FloatList;
import io.anchorstream.topology.streams.StreamsSettings;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/** A sweep over the store that the label role has: RocksDB, with a changelog. */
class AliasSweepStoreTest {
    private static final Map<String, String> SERDES = Map.of("schema.registry.url", "mock://alias-sweep");

    private final Path state;

    AliasSweepStoreTest(@TempDir Path state) {
        this.state = state;
    }

    @Test
    void writesWhatItChangesToTheTopicAndToTheChangelog() {
        try (TopologyTestDriver driver = new TopologyTestDriver(
                topology(),
                StreamsSettings.of("sweep", "nowhere:1", state, "letters").toProperties())) {
            TestInputTopic<String, LabelledItem> items = driver.createInputTopic(
                    "items", new StringSerializer(), serde(LabelledItem.class).serializer());
            items.pipeInput("chairs", item("a", 1, 0, 0).build());
            items.pipeInput("chairs", item("b", 0, 1, 0).build());
            items.pipeInput("chairs", item("c", 0, 0, 1).build());
            for (int i = 0; i < 10; i++) {
                items.pipeInput("chairs", item("b-and-c-" + i, 0, 0.7f, 0.7f).build());
            }
            for (int i = 0; i < 10; i++) {
                items.pipeInput("chairs", item("all-" + i, 0.7f, 0.5f, 0.5f).build());
            }
            assertThat(aliases(driver))
                    .as("merges, which leave c with the label 2")
                    .extracting(alias -> alias.key, alias -> alias.value.getSurvivor())
                    .containsExactly(tuple("2", 1L), tuple("1", 0L));
            items.pipeInput("chairs", item("b", 0, 1, 0).setRemoved(true).build());
            for (int i = 0; i < 10; i++) {
                items.pipeInput(
                        "chairs",
                        item("b-and-c-" + i, 0, 0.7f, 0.7f).setRemoved(true).build());
                items.pipeInput(
                        "chairs",
                        item("all-" + i, 0.7f, 0.5f, 0.5f).setRemoved(true).build());
            }
            changelog(driver);

            driver.advanceWallClockTime(Duration.ofSeconds(5));

            List<KeyValue<String, LabelAlias>> swept = aliases(driver);
            assertThat(swept).extracting(alias -> alias.key).containsExactly("2", "1");
            assertThat(swept.get(0).value.getSurvivor()).isZero();
            assertThat(swept.get(0).value.getBlock()).isEqualTo("chairs");
            assertThat(swept.get(1).value).isNull();
            assertThat(changelog(driver))
                    .hasSize(2)
                    .satisfies(rows -> assertThat(rows.get(0).value).isNotNull())
                    .satisfies(rows -> assertThat(rows.get(1).value).isNull());
            LabelStore store = new LabelStore(driver.getKeyValueStore(LabelTopology.LABELS_STORE));
            List<Long> gone = new ArrayList<>();
            assertThat(store.gone(0, 10, gone::add)).isEmpty();
            assertThat(gone).containsExactly(2L);
            assertThat(store.resolve(2)).isZero();
        }
    }

    private static Topology topology() {
        LabelSettings usual = LabelDriver.settings();
        ClusterSettings clustering = new ClusterSettings(0.5f, 0.55f, 2, 100, 0);
        return new Topology()
                .addSource(
                        "source",
                        new StringDeserializer(),
                        serde(LabelledItem.class).deserializer(),
                        "items")
                .addProcessor(
                        LabelTopology.ASSIGN_LABEL,
                        () -> new AssignLabel(
                                clustering,
                                new HoldoutRule(1_000_000),
                                StateFingerprint.of(usual, "crafted", 3, "p1"),
                                2),
                        "source")
                .addStateStore(LabelTopology.bytesStore(LabelTopology.LABELS_STORE), LabelTopology.ASSIGN_LABEL)
                .addProcessor(LabelTopology.DRAW_BATCHES, Unheard::new, LabelTopology.ASSIGN_LABEL)
                .addSink(
                        LabelTopology.LABELS,
                        "labels",
                        new StringSerializer(),
                        serde(WeakLabel.class).serializer(),
                        LabelTopology.ASSIGN_LABEL)
                .addSink(
                        LabelTopology.ALIASES,
                        "aliases",
                        new StringSerializer(),
                        serde(LabelAlias.class).serializer(),
                        LabelTopology.ASSIGN_LABEL)
                .addSink(
                        LabelTopology.HOLDOUT,
                        "holdout",
                        new StringSerializer(),
                        serde(HoldoutItem.class).serializer(),
                        LabelTopology.ASSIGN_LABEL);
    }

    private static List<KeyValue<String, LabelAlias>> aliases(TopologyTestDriver driver) {
        return driver.createOutputTopic(
                        "aliases",
                        new StringDeserializer(),
                        serde(LabelAlias.class).deserializer())
                .readKeyValuesToList();
    }

    private static List<KeyValue<byte[], byte[]>> changelog(TopologyTestDriver driver) {
        return driver.createOutputTopic(
                        "sweep-" + LabelTopology.LABELS_STORE + "-changelog",
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())
                .readKeyValuesToList();
    }

    private static LabelledItem.Builder item(String id, float... vector) {
        return LabelledItem.newBuilder()
                .setItemId(id)
                .setTextVector(FloatList.of(vector))
                .setTextEncoder("crafted");
    }

    private static <T extends SpecificRecord> Serde<T> serde(Class<T> type) {
        return AvroSerde.of(type, SERDES);
    }

    /** In the place of the class buffers. */
    private static final class Unheard extends ContextualProcessor<String, Object, String, Object> {
        @Override
        public void process(Record<String, Object> record) {}
    }
}
