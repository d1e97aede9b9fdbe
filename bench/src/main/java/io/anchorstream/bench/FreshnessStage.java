package io.anchorstream.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

import io.anchorstream.avro.ItemEmbedding;
import io.anchorstream.avro.WeakLabel;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.ingest.ItemWriter;
import io.anchorstream.service.run.Role;

/**
 * All roles in one JVM under a steady stream of new items, training included: the time from an item's append to the
 * moment at which a read-committed consumer has its vector, and the peak memory of the process meanwhile. The first
 * minute, in which a JVM compiles its hot paths, stands apart from what comes after it.
 */
final class FreshnessStage {
    private static final Duration YOUNG = Duration.ofSeconds(60);
    private static final Duration OBSERVED = Duration.ofSeconds(90);

    private FreshnessStage() {}

    /** Number of different items that a run takes. */
    static int items(double rate) {
        return (int) Math.ceil(rate * YOUNG.plus(OBSERVED).toSeconds());
    }

    /** @param items as many as {@link #items} says, or fewer: what is there is written once */
    static List<Measurement> run(Settings settings, List<Catalogue.Item> items, double rate) throws IOException {
        boolean reset = PeakMemory.reset();
        Waits labelled = new Waits();
        Waits searchable = new Waits();
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
            CompletableFuture<Void> labelling = CompletableFuture.runAsync(() -> labels.until(
                    () -> labelled.size() >= items.size(), (label, timestamp, now) -> labelled.add(timestamp, now)));
            CompletableFuture<Void> feeding = CompletableFuture.runAsync(() -> feed(items, writer, rate));
            Set<Source> seen = new HashSet<>();
            embeddings.until(() -> searchable.size() >= items.size(), (embedding, timestamp, now) -> {
                // While a generation is being built, an item gets a vector of that one too.
                if (!embedding.getRefresh()
                        && seen.add(new Source(embedding.getSourcePartition(), embedding.getSourceOffset()))) {
                    searchable.add(embedding.getSourceTimestamp(), now);
                }
            });
            feeding.join();
            labelling.join();
        }
        String stream = "while training, " + (int) rate + " items/s";
        List<Measurement> results = new ArrayList<>();
        results.add(searchable.quantile("freshness p50 " + stream + ", first minute of a JVM", 0.5, true, "–"));
        results.add(searchable.quantile("freshness p99 " + stream + ", first minute of a JVM", 0.99, true, "–"));
        results.add(searchable.quantile("freshness p50 " + stream + ", afterwards", 0.5, false, "–"));
        results.add(searchable.quantile("freshness p99 " + stream + ", afterwards", 0.99, false, "< 2 s"));
        results.add(labelled.quantile("of it, until labelled: p50", 0.5, false, "–"));
        results.add(labelled.quantile("of it, until labelled: p99", 0.99, false, "–"));
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

    private record Source(int partition, long offset) {}

    /** When each item came and how long it waited, both in milliseconds. */
    private static final class Waits {
        private record Wait(long came, long lasted) {}

        private final List<Wait> waits = new ArrayList<>();

        void add(long came, long now) {
            waits.add(new Wait(came, now - came));
        }

        int size() {
            return waits.size();
        }

        Measurement quantile(String name, double quantile, boolean young, String goal) {
            long first = waits.stream().mapToLong(Wait::came).min().orElse(0);
            long[] sorted = waits.stream()
                    .filter(wait -> wait.came() - first < YOUNG.toMillis() == young)
                    .mapToLong(Wait::lasted)
                    .sorted()
                    .toArray();
            if (sorted.length == 0) {
                throw new IllegalStateException("no item came " + (young ? "in" : "after") + " the first "
                        + YOUNG.toSeconds() + " s; measure at a lower --rate");
            }
            int at = (int) Math.min(sorted.length - 1L, Math.round(quantile * sorted.length));
            return new Measurement(name, sorted[at] / 1000.0, Optional.empty(), "s", goal);
        }
    }
}
