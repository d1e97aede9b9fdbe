package io.anchorstream.service.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

import io.javalin.Javalin;
import io.javalin.util.JavalinBindException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A schema registry inside this JVM that speaks Confluent's protocol, so that any of its clients can use it. All it
 * knows is in the compacted topic {@code _schemas}; ids survive restarts. Asks nobody who they are: bind it to the
 * loopback address, or to a network of its own. At most one per cluster.
 */
public final class EmbeddedRegistry implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedRegistry.class);
    private static final String HOST = "127.0.0.1";
    private static final String PORT_FILE = "registry.port";

    private final SchemaLog log;
    private final Javalin server;
    private final String url;

    private EmbeddedRegistry(SchemaLog log, Javalin server, String url) {
        this.log = log;
        this.server = server;
        this.url = url;
    }

    /**
     * Reads the topic and starts to answer.
     *
     * @param dataFolder where the port is remembered
     * @param port 0 takes the port of the last run, or any free one
     * @throws IllegalStateException when the port is in use; the message says which and what to do
     */
    public static EmbeddedRegistry start(String bootstrapServers, Path dataFolder, int port) {
        int chosen;
        try {
            chosen = LocalPort.resolve(port, dataFolder.resolve(PORT_FILE), "the schema registry", "--registry-port");
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot use the data folder " + dataFolder + ": " + e.getMessage(), e);
        }
        return start(Map.of("bootstrap.servers", bootstrapServers), HOST, chosen);
    }

    /**
     * Reads the topic and starts to answer.
     *
     * @param clients {@code bootstrap.servers}, security and whatever else applies to every Kafka client
     * @param host address to bind
     * @param port 0 = any free one
     * @throws IllegalStateException when the port is in use; the message says what to do
     */
    public static EmbeddedRegistry start(Map<String, ?> clients, String host, int port) {
        SchemaState state = new SchemaState();
        SchemaLog log = SchemaLog.open(clients, state::apply);
        try {
            RegistryRoutes routes = new RegistryRoutes(new SchemaSubjects(state, log::append));
            Javalin server = Javalin.create(config -> {
                config.startup.showJavalinBanner = false;
                config.startup.startupWatcherEnabled = false;
                config.startup.showOldJavalinVersionWarning = false;
                routes.register(config.routes);
            });
            String url = "http://" + host + ":" + server.start(host, port).port();
            LOG.info(
                    "Schema registry is up on {}, {} subjects",
                    url,
                    state.subjects(false).size());
            return new EmbeddedRegistry(log, server, url);
        } catch (JavalinBindException e) {
            log.close();
            throw new IllegalStateException(
                    "port " + port + " on " + host + " is taken: stop what uses it, or choose another one with --port",
                    e);
        } catch (RuntimeException e) {
            log.close();
            throw e;
        }
    }

    /** Where the last registry on this folder listened, running or not; empty when there never was one. */
    public static Optional<String> lastAddress(Path dataFolder) {
        return LocalPort.last(dataFolder.resolve(PORT_FILE)).map(port -> "http://" + HOST + ":" + port);
    }

    /** For clients' {@code schema.registry.url}. */
    public String url() {
        return url;
    }

    /** Stops answering; what was registered stays in the topic. */
    @Override
    public void close() {
        server.stop();
        log.close();
    }
}
