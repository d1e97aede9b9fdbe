package io.anchorstream.service.cli;

import java.util.Map;

import io.anchorstream.service.config.Keys;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags by which a command that talks to a cluster takes configuration. */
final class ConfigOptions extends SettingsOptions {
    @Option(names = "--bootstrap-servers", paramLabel = "HOST:PORT,...", description = "the Kafka brokers")
    private @Nullable String bootstrapServers;

    @Option(names = "--registry-url", paramLabel = "URL", description = "the schema registry")
    private @Nullable String registryUrl;

    @Option(names = "--topic-prefix", paramLabel = "PREFIX", description = "put before every topic's name")
    private @Nullable String topicPrefix;

    @Override
    void name(Map<String, String> values) {
        put(values, "kafka.bootstrap.servers", bootstrapServers);
        put(values, "registry.schema.registry.url", registryUrl);
        put(values, Keys.TOPIC_PREFIX.name(), topicPrefix);
    }

    private static void put(Map<String, String> values, String name, @Nullable String value) {
        if (value != null) {
            values.put(name, value);
        }
    }
}
