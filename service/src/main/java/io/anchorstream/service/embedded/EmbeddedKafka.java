package io.anchorstream.service.embedded;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Kafka node (broker and controller in KRaft mode) inside this JVM, on disk under a data folder. Bound to the
 * loopback address only. Topics, offsets, the cluster id and the ports survive a restart.
 */
public final class EmbeddedKafka implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedKafka.class);
    private static final String HOST = "127.0.0.1";
    private static final int NODE = 1;
    private static final String PORT_FILE = "kafka.port";

    private final DataFolderLock lock;
    private final KafkaRaftServer server;
    private final String bootstrapServers;
    private final String clusterId;
    private boolean closed;

    private EmbeddedKafka(DataFolderLock lock, KafkaRaftServer server, String bootstrapServers, String clusterId) {
        this.lock = lock;
        this.server = server;
        this.bootstrapServers = bootstrapServers;
        this.clusterId = clusterId;
    }

    /**
     * Starts the node and returns once clients can use it, 3 to 8 s in a cold JVM.
     *
     * @param dataFolder created when missing; holds {@code kafka/} and the remembered ports
     * @param port for clients; 0 takes the port of the last run, or any free one
     * @throws IllegalStateException when the port or the folder is in use; the message says which and what to do
     */
    public static EmbeddedKafka start(Path dataFolder, int port) {
        return start(dataFolder, port, Map.of());
    }

    /**
     * As above, with broker settings that override the built-in ones.
     *
     * @param overrides by Kafka's names, e.g. {@code log.retention.ms}
     */
    public static EmbeddedKafka start(Path dataFolder, int port, Map<String, String> overrides) {
        try {
            return start(DataFolderLock.acquire(dataFolder), port, overrides);
        } catch (IOException e) {
            throw unusable(dataFolder, e);
        }
    }

    /**
     * Starts the node on a folder that the caller has locked; the lock is released with the node, or when it does not
     * start.
     *
     * @throws IllegalStateException when the port is in use; the message says which and what to do
     */
    public static EmbeddedKafka start(DataFolderLock lock, int port, Map<String, String> overrides) {
        try {
            try {
                return start(lock.folder().toAbsolutePath(), port, overrides, lock);
            } catch (IOException | RuntimeException | Error e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw unusable(lock.folder(), e);
        }
    }

    private static UncheckedIOException unusable(Path folder, IOException cause) {
        return new UncheckedIOException(
                "Cannot use the data folder " + folder + ": " + cause.getMessage()
                        + ". Choose one that can be written with --data.",
                cause);
    }

    private static EmbeddedKafka start(Path folder, int port, Map<String, String> overrides, DataFolderLock lock)
            throws IOException {
        int clients = LocalPort.resolve(port, folder.resolve(PORT_FILE), "the Kafka broker", "--kafka-port");
        int controller =
                LocalPort.resolve(0, folder.resolve("kafka-controller.port"), "the Kafka controller", "--kafka-port");
        Path logs = folder.resolve("kafka");
        Properties settings = settings(logs, clients, controller);
        settings.putAll(overrides);
        String clusterId = format(logs);
        long begin = System.nanoTime();
        KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(settings, false), Time.SYSTEM);
        try {
            server.startup();
        } catch (RuntimeException e) {
            server.shutdown();
            throw new IllegalStateException(
                    "The embedded Kafka broker did not start on port " + clients + " with data in " + logs + ": "
                            + e.getMessage()
                            + ". If another process took the port meanwhile, choose another with --kafka-port N.",
                    e);
        }
        String bootstrap = HOST + ":" + clients;
        LOG.info("Kafka is up on {} after {} ms, data in {}", bootstrap, (System.nanoTime() - begin) / 1_000_000, logs);
        return new EmbeddedKafka(lock, server, bootstrap, clusterId);
    }

    /** Where the last node on this folder listened, running or not; empty when there never was one. */
    public static Optional<String> lastAddress(Path dataFolder) {
        return LocalPort.last(dataFolder.resolve(PORT_FILE)).map(port -> HOST + ":" + port);
    }

    /** For clients' {@code bootstrap.servers}. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Chosen when the folder was first used, the same ever after. */
    public String clusterId() {
        return clusterId;
    }

    /** Stops the node and waits for it; the data stay. Close the clients first, or they log reconnects. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        server.shutdown();
        server.awaitShutdown();
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Properties settings(Path logs, int clients, int controller) {
        Properties settings = new Properties();
        settings.putAll(Map.of(
                "process.roles",
                "broker,controller",
                "node.id",
                Integer.toString(NODE),
                "controller.quorum.voters",
                NODE + "@" + HOST + ":" + controller,
                "controller.listener.names",
                "CONTROLLER",
                "listeners",
                "PLAINTEXT://" + HOST + ":" + clients + ",CONTROLLER://" + HOST + ":" + controller,
                "advertised.listeners",
                "PLAINTEXT://" + HOST + ":" + clients,
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "log.dirs",
                logs.toString(),
                "auto.create.topics.enable",
                "false"));
        settings.putAll(Map.of(
                "offsets.topic.replication.factor", "1",
                "offsets.topic.num.partitions", "4",
                "transaction.state.log.replication.factor", "1",
                "transaction.state.log.min.isr", "1",
                "transaction.state.log.num.partitions", "4",
                "share.coordinator.state.topic.replication.factor", "1",
                "share.coordinator.state.topic.min.isr", "1",
                "share.coordinator.state.topic.num.partitions", "1"));
        settings.putAll(Map.of(
                // A transaction's first write waits here for the end of the one before, rather than being refused and
                // sent
                // again: on busy cores that is often, and refused writes come out of order.
                "add.partitions.to.txn.retry.backoff.ms", "5",
                "add.partitions.to.txn.retry.backoff.max.ms", "2000",
                // Every 10 s by default: so much longer would the open transaction of a killed process hold up others.
                "transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000"));
        settings.putAll(Map.of(
                // A demo that rested for a month goes on where it was, instead of reading everything again.
                "offsets.retention.minutes", Integer.toString(365 * 24 * 60),
                // Kafka's 128 MB serve millions of keys per pass; 4 MB serve 170,000 and spare the heap.
                "log.cleaner.dedupe.buffer.size", Integer.toString(4 * 1024 * 1024),
                "group.initial.rebalance.delay.ms", "0",
                "group.streams.initial.rebalance.delay.ms", "0",
                "group.streams.assignment.interval.ms", "0",
                "group.streams.min.heartbeat.interval.ms", "500",
                "group.streams.heartbeat.interval.ms", "500",
                "num.network.threads", "2",
                "num.io.threads", "4",
                "background.threads", "2"));
        return settings;
    }

    /** Formats the folder unless that was done before; returns its cluster id. */
    private static String format(Path logs) throws IOException {
        Path marker = logs.resolve("meta.properties");
        if (Files.exists(marker)) {
            Properties meta = new Properties();
            try (InputStream in = Files.newInputStream(marker)) {
                meta.load(in);
            }
            return meta.getProperty("cluster.id", "");
        }
        Files.createDirectories(logs);
        String clusterId = Uuid.randomUuid().toString();
        ByteArrayOutputStream report = new ByteArrayOutputStream();
        try (PrintStream print = new PrintStream(report, true, StandardCharsets.UTF_8)) {
            new Formatter()
                    .setPrintStream(print)
                    .setNodeId(NODE)
                    .setClusterId(clusterId)
                    .addDirectory(logs.toString())
                    .setMetadataLogDirectory(logs.toString())
                    .setControllerListenerName("CONTROLLER")
                    .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                    .run();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("formatting " + logs + " failed: " + e.getMessage(), e);
        }
        LOG.debug("{}", report.toString(StandardCharsets.UTF_8));
        return clusterId;
    }
}
