package io.anchorstream.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

import io.anchorstream.avro.ItemEmbedding;
import io.anchorstream.avro.WeakLabel;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.ingest.ItemWriter;
import io.anchorstream.service.run.Role;

/**
 * All roles in one JVM under a steady stream of new items, training included: the time from an item's append to the
 * moment at which a read-committed consumer has its vector, and the peak memory of the process meanwhile.
 */
final class FreshnessStage {
    private static final int WARM_UP_ITEMS = 600;

    private FreshnessStage() {}

    static List<Measurement> run(Settings settings, Catalogue catalogue, double rate) throws IOException {
        boolean reset = PeakMemory.reset();
        List<Long> millis = new ArrayList<>();
        List<Long> labelMillis = new ArrayList<>();
        List<Catalogue.Item> items = catalogue.items();
        int warmUp = Math.min(WARM_UP_ITEMS, items.size() / 3);
        try (Instance instance = new Instance(settings, EnumSet.allOf(Role.class));
                Follower<ItemEmbedding> embeddings = new Follower<>(
                        instance.cluster(),
                        instance.cluster().topics().catalogEmbeddings().name(),
                        ItemEmbedding.class);
                Follower<WeakLabel> labels = new Follower<>(
                        instance.cluster(),
                        instance.cluster().topics().catalogLabels().name(),
                        WeakLabel.class);
                ItemWriter writer = Catalogue.writer(instance.cluster())) {
            CompletableFuture<Void> labelled = CompletableFuture.runAsync(() -> labels.until(
                    () -> labelMillis.size() >= items.size(),
                    (label, timestamp, now) -> labelMillis.add(now - timestamp)));
            CompletableFuture<Void> feeding = CompletableFuture.runAsync(() -> feed(items, writer, rate));
            long[] fresh = {0};
            embeddings.until(() -> fresh[0] >= items.size(), (embedding, timestamp, now) -> {
                if (!embedding.getRefresh()) {
                    fresh[0]++;
                    if (fresh[0] > warmUp) {
                        millis.add(now - embedding.getSourceTimestamp());
                    }
                }
            });
            feeding.join();
            labelled.join();
        }
        Collections.sort(millis);
        labelMillis.subList(0, warmUp).clear();
        Collections.sort(labelMillis);
        List<Measurement> results = new ArrayList<>();
        results.add(seconds("of it, until labelled: p50", labelMillis, 0.5, "–"));
        results.add(seconds("of it, until labelled: p99", labelMillis, 0.99, "–"));
        results.add(seconds("freshness p50 while training, " + (int) rate + " items/s", millis, 0.5, "–"));
        results.add(seconds("freshness p99 while training, " + (int) rate + " items/s", millis, 0.99, "< 2 s"));
        PeakMemory.gigabytes()
                .ifPresent(peak -> results.add(new Measurement(
                        "peak memory (RSS), all roles, broker and registry in one JVM"
                                + (reset ? "" : ", earlier stages included"),
                        peak,
                        Optional.empty(),
                        "GB",
                        "< 3 GB")));
        return results;
    }

    private static void feed(List<Catalogue.Item> items, ItemWriter writer, double rate) {
        long due = System.nanoTime();
        for (Catalogue.Item item : items) {
            due += (long) (1e9 / rate);
            LockSupport.parkNanos(due - System.nanoTime());
            writer.write(item.entry(), Optional.of(item.png()));
        }
        writer.flush();
    }

    private static Measurement seconds(String name, List<Long> sorted, double quantile, String goal) {
        double value = sorted.get((int) Math.min(sorted.size() - 1L, Math.round(quantile * sorted.size()))) / 1000.0;
        return new Measurement(name, value, Optional.empty(), "s", goal);
    }
}
