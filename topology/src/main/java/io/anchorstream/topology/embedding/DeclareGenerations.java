package io.anchorstream.topology.embedding;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.anchorstream.avro.GenerationEvent;
import io.anchorstream.avro.GenerationState;
import io.anchorstream.avro.RefreshReport;
import io.anchorstream.topology.versions.Events;
import io.anchorstream.topology.versions.VersionLife;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears the reports of all partitions and declares each generation OPENED once, COMPLETE once every partition is done,
 * and RETIRED once a later one is complete. Reports of a superseded generation are ignored, so it is never completed.
 * An empty partition counts as done, an empty catalogue does not: COMPLETE waits for the first live item. What a retired
 * generation leaves on the topic is bounded, so that a service may run for years.
 */
final class DeclareGenerations extends ContextualProcessor<String, RefreshReport, String, GenerationEvent> {
    static final String REPORTS = "generation-reports";
    static final String LEDGER = "generation-ledger";

    private static final Logger LOG = LoggerFactory.getLogger(DeclareGenerations.class);
    private static final String CURRENT = "current";
    private static final String OPEN = "open/";
    private static final String RETIRED = "retired/";
    /** Retired generations that are still told of. */
    private static final int MOST_RETIRED = 50;

    private final int partitions;
    private final int sampleSize;
    private final Clock clock;

    @SuppressWarnings("NullAway.Init") // set by init
    private KeyValueStore<String, RefreshReport> reports;

    @SuppressWarnings("NullAway.Init") // set by init
    private KeyValueStore<String, GenerationEvent> ledger;

    DeclareGenerations(EmbedSettings settings, Clock clock) {
        this.partitions = settings.partitions();
        this.sampleSize = settings.sampleSize();
        this.clock = clock;
    }

    @Override
    public void init(ProcessorContext<String, GenerationEvent> context) {
        super.init(context);
        reports = context.getStateStore(REPORTS);
        ledger = context.getStateStore(LEDGER);
    }

    @Override
    public void process(Record<String, RefreshReport> record) {
        RefreshReport report = record.value();
        if (report.getPartition() < 0 || report.getPartition() >= partitions) {
            LOG.error(
                    "partition {} reports on generation {}, but the embed role is set to {} partitions: make it agree"
                            + " with catalog.images",
                    report.getPartition(),
                    report.getGeneration(),
                    partitions);
            return;
        }
        GenerationEvent current = ledger.get(CURRENT);
        if (current == null || report.getGeneration() > current.getGeneration()) {
            current = open(report);
        }
        if (report.getGeneration() < current.getGeneration()
                || !VersionLife.allows(current.getState(), GenerationState.COMPLETE)) {
            return;
        }
        reports.put(Integer.toString(report.getPartition()), report);
        emit(
                report.getGeneration() + "/" + report.getPartition(),
                event(report, GenerationState.PROGRESS)
                        .setPartition(report.getPartition())
                        .setItems(report.getItems())
                        .setEmbedded(report.getEmbedded())
                        .setDone(report.getDone())
                        .build());
        List<RefreshReport> all = allReports();
        // COMPLETE tells indexers to swap: to a generation without items nobody wants to.
        boolean any = all.stream().anyMatch(one -> one.getItems() > 0);
        if (any && all.size() == partitions && all.stream().allMatch(RefreshReport::getDone)) {
            complete(report, all);
        }
    }

    private GenerationEvent open(RefreshReport report) {
        for (RefreshReport old : allReports()) {
            reports.delete(Integer.toString(old.getPartition()));
        }
        GenerationEvent opened = event(report, GenerationState.OPENED).build();
        ledger.put(CURRENT, opened);
        ledger.put(open(report.getGeneration()), opened);
        emit(Long.toString(report.getGeneration()), opened);
        return opened;
    }

    private void complete(RefreshReport report, List<RefreshReport> all) {
        GenerationEvent opened = ledger.get(open(report.getGeneration()));
        long openedAt = opened == null ? 0 : opened.getTimestamp();
        GenerationEvent complete = event(report, GenerationState.COMPLETE)
                .setItems(all.stream().mapToLong(RefreshReport::getItems).sum())
                .setEmbedded(all.stream().mapToLong(RefreshReport::getEmbedded).sum())
                .setDone(true)
                .setSimilarityQuantiles(SimilarityQuantiles.of(all, sampleSize))
                .setOpenedTimestamp(openedAt)
                .build();
        ledger.put(CURRENT, complete);
        // What is retired one day still tells that it was complete, and with how many items.
        ledger.put(open(report.getGeneration()), complete);
        emit(Long.toString(report.getGeneration()), complete);
        retireBefore(report.getGeneration());
    }

    private void retireBefore(long generation) {
        for (KeyValue<String, GenerationEvent> row : rows(OPEN, open(generation - 1))) {
            GenerationEvent retired = Events.copy(row.value, new GenerationEvent());
            if (retired.getState() == GenerationState.OPENED) {
                retired.setOpenedTimestamp(retired.getTimestamp());
            }
            retired.setState(GenerationState.RETIRED);
            retired.setTimestamp(clock.millis());
            emit(Long.toString(retired.getGeneration()), retired);
            for (int partition = 0; partition < retired.getPartitions(); partition++) {
                emit(retired.getGeneration() + "/" + partition, null);
            }
            ledger.delete(row.key);
            ledger.put(key(RETIRED, retired.getGeneration()), retired);
        }
        forgetOldest();
    }

    private void forgetOldest() {
        List<KeyValue<String, GenerationEvent>> retired = rows(RETIRED, key(RETIRED, Long.MAX_VALUE));
        for (KeyValue<String, GenerationEvent> row : retired.subList(0, Math.max(0, retired.size() - MOST_RETIRED))) {
            emit(Long.toString(row.value.getGeneration()), null);
            ledger.delete(row.key);
        }
    }

    /** In the order of their generations. */
    private List<KeyValue<String, GenerationEvent>> rows(String from, String to) {
        List<KeyValue<String, GenerationEvent>> found = new ArrayList<>();
        try (KeyValueIterator<String, GenerationEvent> rows = ledger.range(from, to)) {
            rows.forEachRemaining(found::add);
        }
        return found;
    }

    private GenerationEvent.Builder event(RefreshReport report, GenerationState state) {
        return GenerationEvent.newBuilder()
                .setGeneration(report.getGeneration())
                .setModelVersion(report.getModelVersion())
                .setState(state)
                .setPartitions(partitions)
                .setTimestamp(clock.millis());
    }

    private List<RefreshReport> allReports() {
        List<RefreshReport> all = new ArrayList<>();
        try (KeyValueIterator<String, RefreshReport> rows = reports.all()) {
            rows.forEachRemaining(row -> all.add(row.value));
        }
        return all;
    }

    private static String open(long generation) {
        return key(OPEN, generation);
    }

    private static String key(String kind, long generation) {
        return kind + String.format(Locale.ROOT, "%019d", generation);
    }

    private void emit(String key, @Nullable GenerationEvent event) {
        context().forward(new Record<>(key, event, clock.millis()));
    }
}
