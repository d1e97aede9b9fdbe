package io.anchorstream.bench.chaos;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/** One of several Kafka nodes, each broker and controller, in a JVM that may be killed. */
final class BrokerProcess {
    private BrokerProcess() {}

    /** @param arguments node, folder, cluster id, then the nodes' client ports and their controller ports, by commas */
    public static void main(String[] arguments) throws Exception {
        int node = Integer.parseInt(arguments[0]);
        Path logs = Path.of(arguments[1]).resolve("kafka");
        Properties settings = settings(node, logs, arguments[3].split(","), arguments[4].split(","));
        if (!Files.exists(logs.resolve("meta.properties"))) {
            format(node, logs, arguments[2]);
        }
        KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(settings, false), Time.SYSTEM);
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown, "broker-stop"));
        server.startup();
        server.awaitShutdown();
    }

    private static Properties settings(int node, Path logs, String[] clients, String[] controllers) {
        StringBuilder voters = new StringBuilder();
        for (int i = 0; i < controllers.length; i++) {
            voters.append(i == 0 ? "" : ",").append(i + 1).append("@127.0.0.1:").append(controllers[i]);
        }
        String client = "PLAINTEXT://127.0.0.1:" + clients[node - 1];
        Map<String, String> values = new HashMap<>();
        values.put("process.roles", "broker,controller");
        values.put("node.id", Integer.toString(node));
        values.put("controller.quorum.voters", voters.toString());
        values.put("controller.listener.names", "CONTROLLER");
        values.put("listeners", client + ",CONTROLLER://127.0.0.1:" + controllers[node - 1]);
        values.put("advertised.listeners", client);
        values.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        values.put("log.dirs", logs.toString());
        values.put("auto.create.topics.enable", "false");
        String copies = Integer.toString(clients.length);
        String enough = Integer.toString(clients.length / 2 + 1);
        values.put("default.replication.factor", copies);
        values.put("min.insync.replicas", enough);
        values.put("offsets.topic.replication.factor", copies);
        values.put("offsets.topic.num.partitions", "4");
        values.put("transaction.state.log.replication.factor", copies);
        values.put("transaction.state.log.min.isr", enough);
        values.put("transaction.state.log.num.partitions", "4");
        values.put("share.coordinator.state.topic.replication.factor", "1");
        values.put("share.coordinator.state.topic.min.isr", "1");
        values.put("share.coordinator.state.topic.num.partitions", "1");
        // So that a minute of test shows what takes minutes by default.
        values.put("broker.session.timeout.ms", "3000");
        values.put("broker.heartbeat.interval.ms", "500");
        values.put("group.min.session.timeout.ms", "1000");
        values.put("group.initial.rebalance.delay.ms", "0");
        values.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
        values.put("add.partitions.to.txn.retry.backoff.ms", "5");
        values.put("add.partitions.to.txn.retry.backoff.max.ms", "2000");
        values.put("log.cleaner.dedupe.buffer.size", Integer.toString(4 * 1024 * 1024));
        values.put("num.network.threads", "2");
        values.put("num.io.threads", "4");
        values.put("background.threads", "2");
        Properties properties = new Properties();
        properties.putAll(values);
        return properties;
    }

    private static void format(int node, Path logs, String clusterId) throws Exception {
        Files.createDirectories(logs);
        try (PrintStream print = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8)) {
            new Formatter()
                    .setPrintStream(print)
                    .setNodeId(node)
                    .setClusterId(clusterId)
                    .addDirectory(logs.toString())
                    .setMetadataLogDirectory(logs.toString())
                    .setControllerListenerName("CONTROLLER")
                    .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                    .run();
        }
    }
}
