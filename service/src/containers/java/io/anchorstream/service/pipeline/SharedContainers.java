package io.anchorstream.service.pipeline;

import java.time.Duration;

import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * One broker and one registry in containers for all tests of a JVM. {@code -Dcontainers.kafka} and
 * {@code -Dcontainers.registry} name other images that behave alike; an image of ours serves as the registry too.
 */
final class SharedContainers {
    private static final String INSIDE = "kafka:19092";
    private static final int REGISTRY_PORT = 8081;
    private static final String CONFLUENT = "confluentinc/cp-schema-registry";

    private final KafkaContainer kafka;
    private final GenericContainer<?> registry;

    private SharedContainers() {
        Network network = Network.newNetwork();
        kafka = new KafkaContainer(DockerImageName.parse(System.getProperty("containers.kafka", "apache/kafka:4.1.1"))
                        .asCompatibleSubstituteFor("apache/kafka"))
                .withNetwork(network)
                .withListener(INSIDE)
                .withEnv("KAFKA_MESSAGE_MAX_BYTES", "16777216");
        kafka.start();
        String image = System.getProperty("containers.registry", CONFLUENT + ":7.9.0");
        GenericContainer<?> server = new GenericContainer<>(DockerImageName.parse(image))
                .withNetwork(network)
                .withExposedPorts(REGISTRY_PORT)
                .withEnv("SCHEMA_REGISTRY_HOST_NAME", "registry")
                .withEnv("SCHEMA_REGISTRY_KAFKASTORE_BOOTSTRAP_SERVERS", "PLAINTEXT://" + INSIDE)
                .withEnv("ANCHORSTREAM_KAFKA_BOOTSTRAP_SERVERS", INSIDE)
                .waitingFor(Wait.forHttp("/subjects").forPort(REGISTRY_PORT))
                .withStartupTimeout(Duration.ofMinutes(2));
        if (!image.contains(CONFLUENT)) {
            server.withCommand("registry", "--host", "0.0.0.0", "--port", Integer.toString(REGISTRY_PORT));
        }
        registry = server;
        registry.start();
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "shared-containers-stop"));
    }

    private static final class Holder {
        private static final SharedContainers INSTANCE = new SharedContainers();
    }

    static SharedContainers instance() {
        return Holder.INSTANCE;
    }

    String bootstrapServers() {
        return kafka.getBootstrapServers();
    }

    String registryUrl() {
        return "http://" + registry.getHost() + ":" + registry.getMappedPort(REGISTRY_PORT);
    }

    private void stop() {
        registry.stop();
        kafka.stop();
    }
}
