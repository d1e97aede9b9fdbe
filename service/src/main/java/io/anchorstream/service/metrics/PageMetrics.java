package io.anchorstream.service.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

import io.anchorstream.model.monitoring.LearningWatch;
import io.anchorstream.service.index.RefreshProgress.GenerationView;
import io.anchorstream.service.monitor.LearningHistory;
import io.anchorstream.service.monitor.LearningHistory.StepPoint;
import io.anchorstream.service.monitor.PipelineMonitor.PipelineView;
import io.anchorstream.service.monitor.Score;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import org.jspecify.annotations.Nullable;

/** The page's numbers as meters. Those with labels are brought up to date by {@link #refresh}, before a scrape. */
public final class PageMetrics {
    private final MeterRegistry registry;
    private final Supplier<PipelineView> pipeline;
    private final LearningHistory learning;
    private final MultiGauge deadLetters;
    private final MultiGauge refused;
    private final MultiGauge lag;
    private final MultiGauge held;
    private final MultiGauge alarms;
    private final MultiGauge scores;
    private final MultiGauge baselines;

    public PageMetrics(MeterRegistry registry, Supplier<PipelineView> pipeline, LearningHistory learning) {
        this.registry = registry;
        this.pipeline = pipeline;
        this.learning = learning;
        this.deadLetters = rows("anchorstream.dead.letters", "refused records, by reason");
        this.refused = rows("anchorstream.index.refused", "records the index did not take, by reason");
        this.lag = rows("anchorstream.role.lag", "committed records not consumed yet, by role");
        this.held = rows("anchorstream.index.held.items", "items in each index held, by generation");
        this.alarms = rows("anchorstream.learning.alarms", "alarms raised while learning, by name");
        this.scores = rows(
                "anchorstream.version.score",
                "scores of the version in service, and of the untrained one on the same pictures");
        this.baselines = rows("anchorstream.baseline.score", "scores of raw image features, nothing learned");
        bindPipeline();
        bindIndex();
        bindRefresh();
        bindLearning();
    }

    private void bindPipeline() {
        gauge("anchorstream.pipeline.items", "records on the input topic", PipelineView::itemsIn);
        gauge("anchorstream.pipeline.pictures", "live items whose picture was checked", PipelineView::pictures);
        gauge("anchorstream.pipeline.labelled", "live items with a weak label", PipelineView::labelled);
        gauge("anchorstream.pipeline.unlabelled", "live items without one", PipelineView::unlabelled);
        gauge("anchorstream.pipeline.classes", "distinct labels of live items", PipelineView::classes);
        gauge("anchorstream.pipeline.holdout", "labelled items that are never trained on", PipelineView::holdout);
        gauge("anchorstream.freshness.count", "measurements of freshness by this process", view -> view.freshness()
                .count());
        gauge(
                "anchorstream.freshness.p50.seconds",
                "item appended to embedding visible, median of the last 2,000 items",
                view -> seconds(view.freshness().p50Millis()));
        gauge(
                "anchorstream.freshness.p99.seconds",
                "item appended to embedding visible, 99 per cent quantile of the last 2,000 items",
                view -> seconds(view.freshness().p99Millis()));
    }

    private void bindIndex() {
        gauge("anchorstream.index.items", "items in the index in service", PipelineView::embedded);
        gauge(
                "anchorstream.index.generation",
                "generation in service, -1 until one is complete",
                PipelineView::servingGeneration);
        gauge("anchorstream.index.version", "model version of the index in service", PipelineView::servingVersion);
    }

    private void bindRefresh() {
        newest("anchorstream.refresh.generation", "newest generation, -1 = none yet", GenerationView::generation);
        newest("anchorstream.refresh.items", "live items the newest generation has to cover", GenerationView::items);
        newest("anchorstream.refresh.embedded", "of those, covered so far", GenerationView::embedded);
        newest("anchorstream.refresh.partitions", "partitions that take part in it", GenerationView::partitions);
        newest(
                "anchorstream.refresh.partitions.done",
                "of those, with nothing left to do",
                GenerationView::partitionsDone);
    }

    private void bindLearning() {
        Gauge.builder("anchorstream.learning.step", learning, LearningHistory::lastStep)
                .description("newest step on training.steps")
                .register(registry);
        learned("anchorstream.learning.steps.skipped", "steps that taught nothing", history -> history.view(1)
                .skippedSteps());
        learned(
                "anchorstream.learning.images.per.second",
                "images trained on a second, over the last 50 steps",
                history -> history.view(1).imagesPerSecond());
        learned("anchorstream.learning.versions", "model versions trained", LearningHistory::versionCount);
        learned(
                "anchorstream.learning.versions.promoted",
                "of those, promoted at some time, the untrained one not counted",
                LearningHistory::promotedCount);
        lastStep("anchorstream.learning.loss", "loss of the newest step", StepPoint::loss);
        lastStep(
                "anchorstream.learning.active.share",
                "share of its triplets that still teach something",
                StepPoint::activeShare);
        lastStep(
                "anchorstream.learning.prequential.recall.at.1",
                "new items, scored before they are trained on",
                StepPoint::prequentialRecallAt1);
    }

    /** Brings the meters with labels up to date. */
    public void refresh() {
        PipelineView view = pipeline.get();
        deadLetters.register(counts("reason", view.deadLetters().byReason()), true);
        refused.register(counts("reason", view.refusedByIndex()), true);
        lag.register(counts("role", view.lag()), true);
        Map<String, Long> raised = new TreeMap<>(learning.alarmCounts());
        LearningWatch.NAMES.forEach(alarm -> raised.putIfAbsent(alarm, 0L));
        alarms.register(counts("alarm", raised), true);
        List<Row<?>> indexes = new ArrayList<>();
        view.held()
                .forEach(index ->
                        indexes.add(Row.of(Tags.of("generation", Long.toString(index.generation())), index.items())));
        held.register(indexes, true);
        List<Row<?>> scored = new ArrayList<>();
        List<Row<?>> raw = new ArrayList<>();
        learning.serving().ifPresent(version -> {
            version.metrics().forEach((score, value) -> scored.add(score("serving", score, value)));
            version.baselines().forEach((name, value) -> {
                String of = name.substring(0, name.indexOf('.'));
                String score = name.substring(name.indexOf('.') + 1);
                if (name.startsWith(Score.UNTRAINED)) {
                    scored.add(score(of, score, value));
                } else {
                    raw.add(Row.of(Tags.of("features", of, "score", score), value));
                }
            });
        });
        scores.register(scored, true);
        baselines.register(raw, true);
    }

    private static Row<?> score(String version, String score, double value) {
        return Row.of(Tags.of("version", version, "score", score), value);
    }

    private static List<Row<?>> counts(String tag, Map<String, Long> counts) {
        List<Row<?>> rows = new ArrayList<>();
        counts.forEach((name, count) -> rows.add(Row.of(Tags.of(tag, name), count)));
        return rows;
    }

    private MultiGauge rows(String name, String description) {
        return MultiGauge.builder(name).description(description).register(registry);
    }

    private void gauge(String name, String description, ToDoubleFunction<PipelineView> value) {
        Gauge.builder(name, pipeline, view -> value.applyAsDouble(view.get()))
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    private void newest(String name, String description, ToDoubleFunction<GenerationView> value) {
        gauge(name, description, view -> {
            List<GenerationView> all = view.generations();
            return all.isEmpty() ? -1 : value.applyAsDouble(all.get(all.size() - 1));
        });
    }

    private void learned(String name, String description, ToDoubleFunction<LearningHistory> value) {
        Gauge.builder(name, learning, value).description(description).register(registry);
    }

    private void lastStep(String name, String description, ToDoubleFunction<StepPoint> value) {
        learned(name, description, history -> {
            Optional<StepPoint> step = history.newestStep();
            return step.isPresent() ? value.applyAsDouble(step.get()) : Double.NaN;
        });
    }

    private static double seconds(@Nullable Long millis) {
        return millis == null ? Double.NaN : millis / 1000.0;
    }
}
