package io.anchorstream.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import io.anchorstream.service.embedded.EmbeddedKafka;
import io.anchorstream.service.embedded.EmbeddedRegistry;

/** A broker and a registry in this JVM on an empty folder, which goes when the run ends. */
public final class Stack implements AutoCloseable {
    private final Path folder;
    private final EmbeddedKafka kafka;
    private final EmbeddedRegistry registry;

    Stack() throws IOException {
        this(Map.of());
    }

    /** @param broker settings of the broker that override the built-in ones */
    public Stack(Map<String, String> broker) throws IOException {
        folder = Files.createTempDirectory("anchorstream-bench");
        kafka = EmbeddedKafka.start(folder, 0, broker);
        registry = EmbeddedRegistry.start(kafka.bootstrapServers(), folder, 0);
    }

    /** The configuration of one scenario, with topics and state of its own. */
    public Settings settings(String scenario, Map<String, String> overrides) {
        Map<String, String> values = values(scenario, overrides);
        // Broker and clients share this JVM: on busy cores a new topic's leaders can take longer than Kafka's minute.
        values.putIfAbsent("kafka.default.api.timeout.ms", "300000");
        return Settings.resolve(Keys.all(), List.of(new Settings.Layer("bench", values)));
    }

    /** The same as key and value, for a process of its own. */
    public Map<String, String> values(String scenario, Map<String, String> overrides) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("kafka.bootstrap.servers", kafka.bootstrapServers());
        values.put("registry.schema.registry.url", registry.url());
        values.put(Keys.TOPIC_PREFIX.name(), scenario + ".");
        values.put(Keys.DATA.name(), folder.resolve(scenario).toString());
        values.put(Keys.HTTP_PORT.name(), "0");
        values.putAll(overrides);
        return values;
    }

    @Override
    public void close() {
        registry.close();
        kafka.close();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            System.err.println("left behind: " + folder + " (" + e.getMessage() + ")");
        }
    }
}
