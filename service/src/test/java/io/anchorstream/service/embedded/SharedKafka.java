package io.anchorstream.service.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;

/**
 * One broker and one registry for all integration tests of a JVM, started by the first test that asks and stopped with
 * the JVM. Tests keep apart by {@link #prefix}.
 */
public final class SharedKafka {

    private static final AtomicInteger PREFIXES = new AtomicInteger();

    private final EmbeddedKafka kafka;
    private final EmbeddedRegistry registry;

    private SharedKafka() {
        try {
            Path folder = Files.createTempDirectory("anchorstream-it");
            kafka = EmbeddedKafka.start(folder, 0);
            registry = EmbeddedRegistry.start(kafka.bootstrapServers(), folder, 0);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(folder), "shared-kafka-stop"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Holder {
        private static final SharedKafka INSTANCE = new SharedKafka();
    }

    public static String bootstrapServers() {
        return Holder.INSTANCE.kafka.bootstrapServers();
    }

    public static String registryUrl() {
        return Holder.INSTANCE.registry.url();
    }

    /** What serdes and clients need: {@code bootstrap.servers} and {@code schema.registry.url}. */
    public static Map<String, Object> clientConfig() {
        return Map.of("bootstrap.servers", bootstrapServers(), "schema.registry.url", registryUrl());
    }

    /** A topic prefix (and good application id) that no other test of this JVM has, e.g. {@code labelrole-3.}. */
    public static String prefix(Class<?> test) {
        return test.getSimpleName().toLowerCase(Locale.ROOT) + "-" + PREFIXES.incrementAndGet() + ".";
    }

    public static Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", bootstrapServers()));
    }

    /** Members of a consumer group; empty once all have left. */
    public static List<MemberDescription> members(String group) throws ExecutionException, InterruptedException {
        try (Admin admin = admin()) {
            return admin.describeConsumerGroups(List.of(group)).all().get().values().stream()
                    .flatMap(described -> described.members().stream())
                    .toList();
        }
    }

    private void stop(Path folder) {
        registry.close();
        kafka.close();
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
