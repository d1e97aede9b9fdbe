package io.anchorstream.service.pipeline;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.embedded.SharedKafka;
import io.anchorstream.service.metrics.ServiceMetrics;
import io.anchorstream.service.run.Cluster;
import io.anchorstream.service.run.Role;
import io.anchorstream.service.run.RoleStarter;
import io.anchorstream.service.run.ServiceProcess;
import io.anchorstream.service.run.TopicSetup;

/** Roles as {@code run} starts them, on the shared broker, with hashed text and topics that nobody else uses. */
final class RolesBench {
    final Cluster cluster;
    private final Map<String, String> values;

    /**
     * Creates the topics of a test.
     *
     * @param partitions of the items' topics; batches have one
     * @param more settings beside these
     */
    RolesBench(Class<?> test, int partitions, Map<String, String> more) {
        values = new HashMap<>(Map.of(
                Keys.TOPIC_PREFIX.name(),
                SharedKafka.prefix(test),
                Keys.ITEM_PARTITIONS.name(),
                Integer.toString(partitions),
                Keys.SAMPLER_PARTITIONS.name(),
                "1",
                Keys.REPLICATION.name(),
                "1",
                Keys.TEXT_ENCODER.name(),
                "hashed",
                Keys.HTTP_PORT.name(),
                "0",
                Keys.HTTP_HOST.name(),
                "127.0.0.1",
                "kafka.bootstrap.servers",
                SharedKafka.bootstrapServers(),
                "registry.schema.registry.url",
                SharedKafka.registryUrl()));
        values.putAll(more);
        cluster = Cluster.of(settings(Map.of()));
        TopicSetup.prepare(cluster, (short) 1);
    }

    /**
     * Starts roles.
     *
     * @param process stops them
     * @param data of the machine that they run on
     */
    RoleStarter.Started start(ServiceProcess process, Set<Role> roles, Path data) throws IOException {
        return new RoleStarter(
                        settings(Map.of(Keys.DATA.name(), data.toString())),
                        cluster,
                        process,
                        process.own("metrics", new ServiceMetrics()),
                        Clock.systemUTC())
                .start(roles, List::of);
    }

    /** The group in which instances share the work. */
    String group(Role role) {
        return role.group(settings(Map.of()));
    }

    private Settings settings(Map<String, String> more) {
        return Settings.resolve(
                Keys.all(), List.of(new Settings.Layer("more", more), new Settings.Layer("test", values)));
    }
}
