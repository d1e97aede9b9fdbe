package io.anchorstream.bench.chaos;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;

/** A Kafka cluster whose nodes are processes, to be killed and started again one by one. */
final class Brokers implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Path folder;
    private final String clusterId = Uuid.randomUuid().toString();
    private final List<Integer> clients;
    private final List<Integer> controllers;
    private final List<Child> nodes = new ArrayList<>();
    private int started;

    Brokers(int count, Path folder) throws IOException {
        this.folder = folder;
        List<Integer> ports = freePorts(2 * count);
        this.clients = ports.subList(0, count);
        this.controllers = ports.subList(count, 2 * count);
        for (int node = 1; node <= count; node++) {
            nodes.add(start(node));
        }
        awaitNodes();
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    private Child start(int node) throws IOException {
        Path data = folder.resolve("broker-" + node);
        return Child.launch(
                "broker-" + node + "-" + started++,
                data,
                List.of(
                        BrokerProcess.class.getName(),
                        Integer.toString(node),
                        data.toString(),
                        clusterId,
                        joined(clients),
                        joined(controllers)));
    }

    private static String joined(List<Integer> ports) {
        return ports.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    String bootstrapServers() {
        return clients.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    }

    int count() {
        return nodes.size();
    }

    /** SIGKILL. */
    void kill(int index) {
        nodes.get(index).kill();
    }

    /** SIGTERM, then a wait. */
    void stop(int index) {
        nodes.get(index).close();
    }

    /** Starts a node that was killed or stopped, on its old folder. */
    void restart(int index) throws IOException {
        nodes.set(index, start(index + 1));
    }

    /** Waits until the cluster has all its nodes. */
    void awaitNodes() throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            while (seen(admin) < nodes.size()) {
                for (Child node : nodes) {
                    if (!node.isAlive()) {
                        throw new IllegalStateException("a broker ended by itself\n" + node.lastWords());
                    }
                }
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("the brokers did not find each other\n"
                            + nodes.get(0).lastWords());
                }
                LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
            }
        }
    }

    private static int seen(Admin admin) {
        try {
            return admin.describeCluster().nodes().get().size();
        } catch (ExecutionException e) {
            return 0; // not up yet
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for brokers", e);
        }
    }

    @Override
    public void close() {
        nodes.stream().filter(Child::isAlive).forEach(Child::kill);
    }
}
