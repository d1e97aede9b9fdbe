package io.anchorstream.bench;

import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Set;

import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.metrics.ServiceMetrics;
import io.anchorstream.service.run.Cluster;
import io.anchorstream.service.run.Role;
import io.anchorstream.service.run.RoleStarter;
import io.anchorstream.service.run.ServiceProcess;
import io.anchorstream.service.run.TopicSetup;

/** Roles of the service as {@code run --roles} starts them. */
final class Instance implements AutoCloseable {
    private final ServiceProcess process = new ServiceProcess();
    private final Cluster cluster;
    private final ServiceMetrics metrics;

    Instance(Settings settings, Set<Role> roles) throws IOException {
        cluster = prepare(settings);
        metrics = process.own("metrics", new ServiceMetrics());
        new RoleStarter(settings, cluster, process, metrics, Clock.systemUTC()).start(roles, List::of);
    }

    /** The cluster of a scenario with its topics made. */
    static Cluster prepare(Settings settings) {
        Cluster cluster = Cluster.of(settings);
        TopicSetup.prepare(cluster, settings.get(Keys.REPLICATION).shortValue());
        return cluster;
    }

    Cluster cluster() {
        return cluster;
    }

    /** A gauge or counter of {@code docs/metrics.md} that has no tags, now. */
    double metric(String name) {
        return metrics.registry().get(name).meter().measure().iterator().next().getValue();
    }

    @Override
    public void close() {
        process.close();
    }
}
