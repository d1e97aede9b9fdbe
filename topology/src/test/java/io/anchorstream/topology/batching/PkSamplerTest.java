package io.anchorstream.topology.batching;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

import io.anchorstream.avro.BatchItem;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PkSamplerTest {
    private static final BatchSettings SETTINGS = settings(0);

    private final BufferStore store = new BufferStore(memory("items"), memory("index"));

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void keepsItsPromisesOverARandomStream(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ClassBuffers buffers = new ClassBuffers(store, SETTINGS.bufferPerLabel(), seed);
        PkSampler sampler = new PkSampler(SETTINGS, 0, buffers);
        Map<String, Long> live = new HashMap<>();
        Set<String> shown = new HashSet<>();
        int arrivals = 0;
        int images = 0;
        for (int i = 0; i < 2_000; i++) {
            String id = "item-" + random.nextInt(900);
            if (random.nextInt(10) == 0) {
                buffers.forget(id);
                live.remove(id);
            } else {
                long label = Math.min(random.nextInt(60), random.nextInt(60));
                buffers.arrive(label, item(id));
                live.put(id, label);
                shown.remove(id);
                arrivals++;
            }
            while (sampler.isDue()) {
                List<BatchItem> batch = draw(buffers, sampler);
                images += batch.size();
                Map<Long, Integer> perLabel = new HashMap<>();
                Set<String> distinct = new HashSet<>();
                for (BatchItem drawn : batch) {
                    perLabel.merge(drawn.getLabel(), 1, Integer::sum);
                    assertThat(distinct.add(drawn.getItemId()))
                            .as("no item twice")
                            .isTrue();
                    assertThat(live).as("only live items").containsEntry(drawn.getItemId(), drawn.getLabel());
                    assertThat(drawn.getFresh()).as("fresh once").isEqualTo(shown.add(drawn.getItemId()));
                }
                assertThat(perLabel).hasSizeBetween(2, SETTINGS.labels());
                assertThat(perLabel.values()).allMatch(k -> k >= 2 && k <= SETTINGS.itemsPerLabel());
            }
        }
        assertThat(shown.size()).isGreaterThan(300);
        assertThat((double) images / arrivals).as("gradient images per arrival").isBetween(2.0, 4.2);
    }

    @Test
    void waitsForASecondItemAndASecondLabel() {
        ClassBuffers buffers = new ClassBuffers(store, 8, 0);
        PkSampler sampler = new PkSampler(SETTINGS, 0, buffers);
        for (int i = 0; i < 40; i++) {
            buffers.arrive(i, item("single-" + i));
        }
        assertThat(sampler.canDraw()).isFalse();

        buffers.arrive(0, item("second"));
        assertThat(sampler.canDraw()).as("no negatives yet").isFalse();

        buffers.arrive(1, item("another"));
        assertThat(sampler.canDraw()).isTrue();
        assertThat(sampler.draw()).hasSize(4).allMatch(Pick::fresh);
    }

    @Test
    void nothingIsKeptOfLabelsWhoseItemsAreAllGone() {
        KeyValueStore<Bytes, byte[]> index = memory("kept");
        ClassBuffers buffers = new ClassBuffers(new BufferStore(memory("of-items"), index), 8, 0);
        PkSampler sampler = new PkSampler(SETTINGS, 0, buffers);
        for (int i = 0; i < 40; i++) {
            buffers.arrive(i / 4, item("item-" + i));
        }
        while (sampler.canDraw()) {
            draw(buffers, sampler);
        }
        assertThat(buffers.labels()).isEqualTo(10);

        for (int i = 0; i < 40; i++) {
            buffers.forget("item-" + i);
        }

        assertThat(buffers.labels()).isZero();
        assertThat(rows(index)).as("the running numbers alone").isEqualTo(1);
    }

    @Test
    void looksAtABoundedNumberOfLabelsForNearOnes() {
        AtomicInteger reads = new AtomicInteger();
        KeyValueStore<Bytes, byte[]> items = memory("many");
        @SuppressWarnings("unchecked") // a store of the same type, which counts
        KeyValueStore<Bytes, byte[]> counted = (KeyValueStore<Bytes, byte[]>) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {KeyValueStore.class}, (proxy, method, arguments) -> {
                    reads.addAndGet(method.getName().equals("get") ? 1 : 0);
                    return method.invoke(items, arguments);
                });
        ClassBuffers buffers = new ClassBuffers(new BufferStore(counted, memory("many-index")), 8, 0);
        for (int i = 0; i < 8_000; i++) {
            buffers.arrive(i / 2, item("item-" + i, angle(i)));
        }

        assertThat(new PkSampler(settings(2), 0, buffers).draw()).isNotEmpty();

        assertThat(reads).hasValueLessThan(600);
    }

    @Test
    void drawsReplayEvenlyOverLabelsHoweverUnevenTheyAre() {
        ClassBuffers buffers = new ClassBuffers(store, 8, 0);
        PkSampler sampler = new PkSampler(SETTINGS, 0, buffers);
        for (int label = 0; label < 20; label++) {
            for (int i = 0; i < (label < 2 ? 200 : 3); i++) {
                buffers.arrive(label, item(label + "/" + i));
            }
        }
        while (sampler.canDraw()) {
            draw(buffers, sampler);
        }
        Map<Long, Integer> replays = new HashMap<>();
        for (int i = 0; i < 600; i++) {
            buffers.arrive(100, item("new-" + i % 8));
            buffers.arrive(101, item("other-" + i % 8));
            while (sampler.isDue()) {
                draw(buffers, sampler).stream()
                        .filter(drawn -> drawn.getLabel() < 20)
                        .forEach(drawn -> replays.merge(drawn.getLabel(), 1, Integer::sum));
            }
        }

        double mean = replays.values().stream().mapToInt(n -> n).average().orElseThrow();
        // Small labels give three of four places, large ones all four.
        assertThat(replays).hasSize(20);
        assertThat(replays.values()).allMatch(n -> n > mean * 0.6 && n < mean * 1.7);
    }

    @Test
    void keepsAUniformSampleOfALabelForReplay() {
        ClassBuffers buffers = new ClassBuffers(store, 16, 42);
        PkSampler sampler = new PkSampler(SETTINGS, 0, buffers);
        for (int i = 0; i < 1_600; i++) {
            buffers.arrive(i % 2, item(String.format("%05d", i)));
            while (sampler.isDue()) {
                draw(buffers, sampler);
            }
        }

        LabelBuffer label = buffers.label(0);
        assertThat(label.replay.size()).isEqualTo(16);
        int early = 0;
        for (long number : label.replay.toArray()) {
            early += number < 800 ? 1 : 0;
        }
        assertThat(early).as("places held by the first half").isBetween(3, 13);
    }

    @Test
    void goesOnAfterARestartAsIfThereHadBeenNone() {
        List<List<String>> straight = run(new BufferStore(memory("a"), memory("b")), false);
        List<List<String>> restarted = run(new BufferStore(memory("c"), memory("d")), true);

        assertThat(restarted).isEqualTo(straight).hasSizeGreaterThan(20);
    }

    @Test
    void relabelsTheItemsOfAMergedClass() {
        ClassBuffers buffers = new ClassBuffers(store, 4, 0);
        PkSampler sampler = new PkSampler(SETTINGS, 0, buffers);
        for (int i = 0; i < 12; i++) {
            buffers.arrive(i % 3, item("item-" + i));
        }
        while (sampler.canDraw()) {
            draw(buffers, sampler);
        }
        buffers.arrive(2, item("late"));
        buffers.merge(2, 1);

        assertThat(buffers.label(2).size()).isZero();
        assertThat(buffers.label(1).replay.size()).isEqualTo(4);
        assertThat(buffers.label(1).fresh.size()).isEqualTo(1);
        assertThat(store.place("late"))
                .hasValueSatisfying(place -> assertThat(place.label()).isEqualTo(1));
        assertThat(draw(buffers, sampler)).noneMatch(drawn -> drawn.getLabel() == 2);
    }

    @Test
    void prefersNearLabelsWhenAsked() {
        ClassBuffers buffers = new ClassBuffers(store, 8, 0);
        PkSampler sampler = new PkSampler(settings(6), 0, buffers);
        for (int label = 0; label < 60; label++) {
            for (int i = 0; i < 2; i++) {
                buffers.arrive(label, item(label + "/" + i, angle(label * 0.05)));
            }
        }
        while (sampler.canDraw()) {
            draw(buffers, sampler);
        }
        buffers.arrive(30, item("new-0", angle(30 * 0.05)));
        buffers.arrive(30, item("new-1", angle(30 * 0.05)));

        assertThat(draw(buffers, sampler))
                .extracting(BatchItem::getLabel)
                .filteredOn(label -> label != 30)
                .isNotEmpty()
                .allMatch(label -> label == 29 || label == 31);
    }

    @Test
    void refusesSettingsThatCannotWork() {
        assertThatThrownBy(() -> new BatchSettings(4, 1, 4, 0, 8, Duration.ZERO, 0))
                .hasMessageContaining("at least 2 items");
        assertThatThrownBy(() -> new BatchSettings(4, 4, 4, 0, 2, Duration.ZERO, 0))
                .hasMessageContaining("make bufferPerLabel larger");
    }

    private static List<List<String>> run(BufferStore store, boolean restarts) {
        SplittableRandom random = new SplittableRandom(9);
        ClassBuffers buffers = new ClassBuffers(store, 8, 3);
        PkSampler sampler = new PkSampler(SETTINGS, 0, buffers);
        List<List<String>> batches = new ArrayList<>();
        for (int i = 0; i < 800; i++) {
            if (restarts && i % 97 == 0) {
                buffers = new ClassBuffers(store, 8, 3);
                sampler = new PkSampler(SETTINGS, 0, buffers);
            }
            buffers.arrive(random.nextInt(12), item("item-" + random.nextInt(500)));
            while (sampler.isDue()) {
                batches.add(draw(buffers, sampler).stream()
                        .map(drawn -> drawn.getItemId() + drawn.getFresh())
                        .toList());
            }
        }
        return batches;
    }

    private static List<BatchItem> draw(ClassBuffers buffers, PkSampler sampler) {
        List<Pick> picks = sampler.draw();
        buffers.takeBatchNumber();
        List<BatchItem> items = new ArrayList<>();
        picks.stream().filter(pick -> !pick.fresh()).forEach(pick -> items.add(buffers.draw(pick)));
        picks.stream().filter(Pick::fresh).forEach(pick -> items.add(buffers.draw(pick)));
        return items;
    }

    private static BatchSettings settings(int nearLabels) {
        return new BatchSettings(8, 4, 4, nearLabels, 8, Duration.ZERO, 7);
    }

    private static BufferedItem item(String id) {
        return item(id, new float[0]);
    }

    private static BufferedItem item(String id, float[] vector) {
        return new BufferedItem(id, 1, vector, List.of("colour=red"), ByteBuffer.wrap(new byte[] {1, 2, 3}));
    }

    private static float[] angle(double radians) {
        return new float[] {(float) Math.cos(radians), (float) Math.sin(radians)};
    }

    private static int rows(KeyValueStore<Bytes, byte[]> store) {
        int rows = 0;
        try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
            for (; all.hasNext(); all.next()) {
                rows++;
            }
        }
        return rows;
    }

    private static KeyValueStore<Bytes, byte[]> memory(String name) {
        return Stores.inMemoryKeyValueStore(name).get();
    }
}
