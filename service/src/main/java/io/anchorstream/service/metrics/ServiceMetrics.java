package io.anchorstream.service.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

import io.anchorstream.topology.embedding.EmbedProgress;
import io.anchorstream.topology.embedding.EmbedProgress.Partition;
import io.anchorstream.topology.labelling.FetchProgress;
import io.anchorstream.topology.training.TrainingStatus;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.apache.kafka.streams.KafkaStreams;

/** The one meter registry of the process, with the JVM's and the roles' meters. */
public final class ServiceMetrics implements AutoCloseable {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final List<AutoCloseable> binders = new ArrayList<>();
    /** Meters refer to what they measure weakly; nobody else may hold it. */
    private final List<Object> kept = new ArrayList<>();

    public ServiceMetrics() {
        JvmGcMetrics collections = new JvmGcMetrics();
        binders.add(collections);
        collections.bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
    }

    public PrometheusMeterRegistry registry() {
        return registry;
    }

    /** Binds the meters of a Streams application and of its clients. */
    public synchronized void bind(KafkaStreams streams) {
        KafkaStreamsMetrics binder = new KafkaStreamsMetrics(streams);
        binders.add(binder);
        binder.bindTo(registry);
    }

    /** Binds the training loop. */
    public synchronized void bind(Supplier<TrainingStatus> status) {
        kept.add(status);
        Gauge.builder("anchorstream.train.step", status, now -> now.get().step())
                .description("training steps behind the present weights")
                .register(registry);
        Gauge.builder("anchorstream.train.version.serving", status, now -> now.get()
                        .serving())
                .description("model version in service, -1 = none")
                .register(registry);
        Gauge.builder("anchorstream.train.version.newest", status, now -> now.get()
                        .newest())
                .description("model version trained last, -1 = none")
                .register(registry);
        Gauge.builder("anchorstream.train.holdout.items", status, now -> now.get()
                        .holdoutItems())
                .description("hold-out items versions are scored on")
                .register(registry);
        counter("anchorstream.train.steps", "steps taken by this process", status, TrainingStatus::steps);
        counter("anchorstream.train.images", "images trained on by this process", status, TrainingStatus::images);
        counter("anchorstream.train.steps.skipped", "steps that taught nothing", status, TrainingStatus::skippedSteps);
        counter("anchorstream.train.batches.unreadable", "batches skipped", status, TrainingStatus::unreadable);
        counter("anchorstream.train.step.seconds", "time in training steps", status, TrainingStatus::stepSeconds);
        counter(
                "anchorstream.train.scoring.seconds",
                "time in scores on the hold-out, most of it beside training",
                status,
                TrainingStatus::scoringSeconds);
        counter(
                "anchorstream.train.publication.seconds",
                "time that training stood still for checkpoints and transactions",
                status,
                TrainingStatus::publicationSeconds);
    }

    /** Binds what is known of other instances. */
    public synchronized void bindPeers(Supplier<Number> watched, Supplier<Number> deaths) {
        kept.addAll(List.of(watched, deaths));
        Gauge.builder("anchorstream.peers.watched", watched)
                .description("other instances whose death this process would notice at once")
                .register(registry);
        FunctionCounter.builder(
                        "anchorstream.peers.deaths", deaths, now -> now.get().doubleValue())
                .description("other instances that died while this process watched")
                .register(registry);
    }

    /** Binds what the label role's tasks of this process fetch. */
    public synchronized void bind(FetchProgress progress) {
        kept.add(progress);
        Gauge.builder("anchorstream.fetch.waiting", progress, FetchProgress::waiting)
                .description("items that wait for the picture at their address")
                .register(registry);
        String ended = "pictures fetched for items, by outcome: came (ok) or became dead letters (failed)";
        FunctionCounter.builder("anchorstream.fetch.pictures", progress, FetchProgress::fetched)
                .tag("outcome", "ok")
                .description(ended)
                .register(registry);
        FunctionCounter.builder("anchorstream.fetch.pictures", progress, FetchProgress::failed)
                .tag("outcome", "failed")
                .description(ended)
                .register(registry);
    }

    /** Binds what the embed role's tasks of this process do. */
    public synchronized void bind(EmbedProgress progress) {
        kept.add(progress);
        FunctionCounter.builder("anchorstream.embed.vectors", progress, EmbedProgress::freshVectors)
                .tag("kind", "fresh")
                .description("vectors written by this process, by kind: new items (fresh) or refreshes (refresh)")
                .register(registry);
        FunctionCounter.builder("anchorstream.embed.vectors", progress, EmbedProgress::refreshedVectors)
                .tag("kind", "refresh")
                .description("vectors written by this process, by kind: new items (fresh) or refreshes (refresh)")
                .register(registry);
        FunctionCounter.builder("anchorstream.embed.calls", progress, EmbedProgress::inferenceCalls)
                .description("calls of the model; vectors divided by calls is the mean micro-batch")
                .register(registry);
        FunctionCounter.builder("anchorstream.embed.inference.seconds", progress, EmbedProgress::inferenceSeconds)
                .description("time in calls of the model")
                .register(registry);
        gauge("anchorstream.embed.partitions", "partitions this process embeds", progress, partition -> 1);
        gauge("anchorstream.embed.items", "live items of those partitions", progress, Partition::items);
        gauge(
                "anchorstream.embed.items.embedded",
                "of those, with a vector of the generation being built",
                progress,
                Partition::embedded);
        gauge(
                "anchorstream.embed.refresh.per.second",
                "items re-embedded a second since the refresh began",
                progress,
                Partition::perSecond);
    }

    private void gauge(
            String name, String description, EmbedProgress progress, ToDoubleFunction<Partition> ofPartition) {
        Gauge.builder(name, progress, now -> now.partitions().values().stream()
                        .mapToDouble(ofPartition)
                        .sum())
                .description(description)
                .register(registry);
    }

    private void counter(
            String name, String description, Supplier<TrainingStatus> status, ToDoubleFunction<TrainingStatus> value) {
        FunctionCounter.builder(name, status, now -> value.applyAsDouble(now.get()))
                .description(description)
                .register(registry);
    }

    @Override
    public synchronized void close() {
        for (AutoCloseable binder : binders) {
            try {
                binder.close();
            } catch (Exception e) {
                throw new IllegalStateException("a meter binder did not close", e);
            }
        }
        registry.close();
    }
}
