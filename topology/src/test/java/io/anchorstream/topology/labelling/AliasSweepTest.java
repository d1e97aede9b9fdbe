package io.anchorstream.topology.labelling;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

import io.anchorstream.avro.LabelAlias;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class AliasSweepTest {
    private static final int LEAST = 2;
    private static final int ALL = 1_000;
    private static final int ITEMS = 40;

    private final KeyValueStore<Bytes, byte[]> rows = Stores.keyValueStoreBuilder(
                    Stores.inMemoryKeyValueStore(LabelTopology.LABELS_STORE), Serdes.Bytes(), Serdes.ByteArray())
            .withLoggingDisabled()
            .build();
    private final LabelStore store = new LabelStore(rows);
    private final AliasSweep sweep = new AliasSweep(store, LEAST);

    @BeforeEach
    void open() {
        rows.init(new MockProcessorContext<>().getStateStoreContext(), rows);
    }

    @Test
    void anAliasGoesOnceNoItemCarriesItsLabel() {
        given("a", 2);
        merge(2, 1);
        merge(3, 1);

        assertThat(sweep.step(ALL, ALL)).contains(new AliasSweep.Swept(List.of(3L), Map.of()));
        assertThat(store.aliases()).isEqualTo(1);
        assertThat(store.resolve(2)).isEqualTo(1);
        assertThat(store.resolve(3)).isEqualTo(3);
    }

    @Test
    void anAliasThatIsNeededNamesTheClassInUseSoThatThoseInBetweenMayGo() {
        given("a", 4);
        merge(4, 3);
        merge(3, 2);
        merge(2, 1);

        assertThat(sweep.step(ALL, ALL)).contains(new AliasSweep.Swept(List.of(2L, 3L), Map.of(4L, 1L)));
        assertThat(store.resolve(4)).isEqualTo(1);
    }

    @Test
    void leavesWhatBecameAnAliasMeanwhileForTheNextTime() {
        given("a", 2);
        given("b", 1);
        given("c", 1);
        merge(2, 1);
        merge(3, 1);
        assertThat(sweep.step(1, ALL)).isEmpty();
        merge(1, 0); // the items that were looked at carry a label that is gone now

        assertThat(sweep.step(ALL, ALL)).contains(new AliasSweep.Swept(List.of(3L), Map.of(2L, 0L)));
        assertThat(store.resolve(1)).isEqualTo(0);
    }

    @Test
    void changesTheAliasesInSlicesTooTheNeededOnesFirst() {
        given("a", 5);
        merge(5, 4);
        merge(4, 3);
        merge(3, 2);
        merge(2, 1);

        List<AliasSweep.Swept> slices = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            sweep.step(ALL, 2).ifPresent(slices::add);
            assertThat(store.resolve(5)).isEqualTo(1);
        }

        assertThat(slices)
                .containsExactly(
                        new AliasSweep.Swept(List.of(2L), Map.of(5L, 1L)),
                        new AliasSweep.Swept(List.of(3L, 4L), Map.of()));
        assertThat(store.aliases()).isEqualTo(1);
        assertThat(sweep.step(ALL, ALL)).as("it is over").isEmpty();
    }

    @Test
    void readsTheAliasesInSlicesBeforeItLooksAtTheItems() {
        given("a", 5);
        for (long gone = 5; gone > 0; gone--) {
            merge(gone, 0);
        }

        assertThat(sweep.step(2, ALL)).as("1 and 2").isEmpty();
        assertThat(sweep.step(2, ALL)).as("3 and 4").isEmpty();
        given("b", 3); // an item that was on its way; 3 was in use when it got its label
        assertThat(sweep.step(2, ALL)).as("5, and the first item").isEmpty();
        assertThat(sweep.step(2, ALL)).contains(new AliasSweep.Swept(List.of(1L, 2L, 4L), Map.of()));
        assertThat(store.resolve(3)).isZero();
    }

    @Test
    void looksAgainOnlyWhenThereAreTwiceAsManyAsWereLeft() {
        given("a", 10);
        given("b", 11);
        merge(10, 1);
        merge(11, 1);
        assertThat(sweep.step(ALL, ALL)).contains(new AliasSweep.Swept(List.of(), Map.of()));

        merge(12, 1);
        assertThat(sweep.step(ALL, ALL)).isEmpty();
        merge(13, 1);
        assertThat(sweep.step(ALL, ALL)).contains(new AliasSweep.Swept(List.of(12L, 13L), Map.of()));
    }

    @Test
    void aRestartKnowsHowManyThereAre() {
        merge(2, 1);
        merge(3, 1);
        LabelStore restarted = new LabelStore(rows);
        restarted.restore(new LeaderClustering(ClusterSettings.defaults(), new HoldoutRule(20), 0, restarted));

        assertThat(restarted.aliases()).isEqualTo(2);
    }

    @Test
    void theTopicIsToldWhatASweepChanged() {
        given("a", 4);
        store.save(new Cluster(1, "chairs", new float[] {1}, 3, 0));
        merge(4, 3);
        merge(3, 1);
        LabelSettings settings = LabelDriver.settings();
        MockProcessorContext<String, Object> context = new MockProcessorContext<>();
        context.addStateStore(rows);
        new AssignLabel(
                        settings.clustering(),
                        settings.holdout(),
                        StateFingerprint.of(settings, "hashed", 1, "p1"),
                        LEAST)
                .init(context);

        context.scheduledPunctuators().get(0).getPunctuator().punctuate(77);

        assertThat(context.forwarded())
                .allMatch(it -> it.childName().equals(Optional.of(LabelTopology.ALIASES)))
                .extracting(it -> (Object) it.record())
                .containsExactly(
                        new Record<>("4", new LabelAlias(4L, 1L, "chairs", 77L), 77), new Record<>("3", null, 77));
    }

    @Test
    void neverChangesWhatAnItemsLabelMeansAndStaysBounded() {
        for (long seed = 0; seed < 20; seed++) {
            new Interleaving(seed).run();
        }
    }

    /** Items that come, change their class and go, classes that merge, and a sweep in small slices among all that. */
    private final class Interleaving {
        private final Random random;
        private final String prefix;
        private final TreeSet<Long> classes = new TreeSet<>();
        private final TreeMap<String, Long> items = new TreeMap<>();
        private final List<Long> everGone = new ArrayList<>();
        private long next = 1;

        Interleaving(long seed) {
            random = new Random(seed);
            prefix = seed + "-";
            next = seed * 10_000 + 1;
            classes.add(next++);
        }

        void run() {
            for (int i = 0; i < 2_000; i++) {
                int dice = random.nextInt(10);
                if (dice < 3) {
                    classes.add(next++);
                } else if (dice < 6) {
                    String id = prefix + random.nextInt(ITEMS);
                    items.put(id, any());
                    given(id, items.getOrDefault(id, 0L));
                } else if (dice < 7 && !items.isEmpty()) {
                    store.forgetItem(items.pollFirstEntry().getKey());
                } else if (dice < 9 && classes.size() > 1) {
                    long gone = any();
                    Long kept = classes.lower(gone);
                    if (kept != null) {
                        classes.remove(gone);
                        merge(gone, kept);
                        everGone.add(gone);
                    }
                }
                sweep.step(2, 1);
                items.values().forEach(label -> assertThat(classes).contains(store.resolve(label)));
                assertThat(store.aliases()).isLessThan(4 * ITEMS);
            }
            items.keySet().forEach(store::forgetItem);
            assertThat(everGone).hasSizeGreaterThan(200);
        }

        private long any() {
            return List.copyOf(classes).get(random.nextInt(classes.size()));
        }
    }

    private void given(String id, long label) {
        store.saveItem(id, new LabelStore.ItemLabel(label, 1, false, 0, "block"));
    }

    private void merge(long gone, long kept) {
        store.alias(new Cluster(gone, "block", new float[] {1}, 1, 0), kept);
    }
}
