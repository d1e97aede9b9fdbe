package io.anchorstream.service.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

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
    public void bind(Supplier<TrainingStatus> status) {
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
                "anchorstream.train.publication.seconds",
                "time in checkpoints, scoring and transactions",
                status,
                TrainingStatus::publicationSeconds);
    }

    private void counter(
            String name,
            String description,
            Supplier<TrainingStatus> status,
            java.util.function.ToDoubleFunction<TrainingStatus> value) {
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
