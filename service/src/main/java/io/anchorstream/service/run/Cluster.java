package io.anchorstream.service.run;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

import io.anchorstream.schemas.registry.RegistryConfig;
import io.anchorstream.schemas.registry.RegistryException;
import io.anchorstream.schemas.registry.RegistryUnavailableException;
import io.anchorstream.schemas.registry.SchemaRegistry;
import io.anchorstream.schemas.serde.AvroDeserializer;
import io.anchorstream.schemas.serde.AvroSerde;
import io.anchorstream.schemas.topics.TopicSizing;
import io.anchorstream.schemas.topics.Topics;
import io.anchorstream.service.config.ConfigurationException;
import io.anchorstream.service.config.Keys;
import io.anchorstream.service.config.Settings;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The cluster and registry that a process works with: their addresses, our topics on them, and clients for both. */
public final class Cluster {
    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Map<String, String> clients;
    private final Map<String, String> registryConfig;
    private final Topics topics;
    private final SchemaRegistry registry;

    private Cluster(Map<String, String> clients, Map<String, String> registryConfig, Topics topics) {
        this.clients = clients;
        this.registryConfig = registryConfig;
        this.topics = topics;
        this.registry = SchemaRegistry.open(RegistryConfig.from(registryConfig));
    }

    /**
     * @throws ConfigurationException if no broker or registry is named
     */
    public static Cluster of(Settings settings) {
        Map<String, String> clients = brokersOf(settings);
        Map<String, String> registryConfig = settings.passedOn("registry");
        require(
                registryConfig.containsKey(RegistryConfig.URL),
                "registry.schema.registry.url is not set: name the schema registry, e.g. --registry-url http://localhost:8081");
        return new Cluster(clients, registryConfig, topicsOf(settings));
    }

    private static Map<String, String> brokersOf(Settings settings) {
        Map<String, String> clients = settings.passedOn("kafka");
        require(
                clients.containsKey(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG),
                "kafka.bootstrap.servers is not set: name the brokers, e.g. --bootstrap-servers localhost:9092");
        return clients;
    }

    /** The topics by configuration alone; needs no broker. */
    public static Topics topicsOf(Settings settings) {
        TopicSizing sizing = TopicSizing.of(settings.get(Keys.ITEM_PARTITIONS), settings.get(Keys.SAMPLER_PARTITIONS))
                .withBatchRetention(settings.get(Keys.BATCH_RETENTION), settings.get(Keys.BATCH_RETENTION_BYTES));
        return Topics.create(settings.get(Keys.TOPIC_PREFIX), sizing);
    }

    public Topics topics() {
        return topics;
    }

    public SchemaRegistry registry() {
        return registry;
    }

    public String bootstrapServers() {
        return clients.getOrDefault(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, "");
    }

    /** What applies to every Kafka client. */
    public Map<String, Object> clientConfig() {
        return new HashMap<>(clients);
    }

    /** Whether the configuration names brokers. */
    public static boolean isNamed(Settings settings) {
        return settings.passedOn("kafka").containsKey(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
    }

    /**
     * Asks broker and registry for a sign of life, so that a wrong address costs seconds and gives one sentence.
     *
     * @throws UnreachableException if either does not answer
     */
    public void requireReachable() {
        requireBrokers(clients);
        requireRegistry();
    }

    /**
     * As {@link #requireReachable}, of the brokers alone and without a registry in the configuration.
     *
     * @throws ConfigurationException if no broker is named
     */
    public static void requireBrokers(Settings settings) {
        requireBrokers(brokersOf(settings));
    }

    private static void requireBrokers(Map<String, String> clients) {
        Map<String, Object> config = new HashMap<>(clients);
        config.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        config.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        Admin admin = null;
        try {
            admin = Admin.create(config);
            int nodes = admin.describeCluster().nodes().get().size();
            LOG.debug("{} brokers answer", nodes);
        } catch (ExecutionException | KafkaException e) {
            throw new UnreachableException(
                    "no Kafka broker answered at " + clients.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG)
                            + " within " + PATIENCE.toSeconds()
                            + " s. Check that it runs, that --bootstrap-servers (kafka.bootstrap.servers) names it, and"
                            + " that kafka.security.protocol fits its listener",
                    e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnreachableException("interrupted while waiting for the broker", e);
        } finally {
            if (admin != null) {
                admin.close(Duration.ZERO);
            }
        }
    }

    /**
     * Asks the registry alone.
     *
     * @throws UnreachableException if it does not answer
     */
    public void requireRegistry() {
        try {
            registry.latest(topics.modelVersions().subject());
        } catch (RegistryUnavailableException e) {
            throw new UnreachableException("the schema registry is away", e);
        } catch (RegistryException e) {
            if (e.errorCode() == 401 || e.errorCode() == 403) {
                throw new UnreachableException("the schema registry does not let us in", e);
            }
            LOG.debug("the registry answers: {}", e.getMessage()); // a subject may well be missing still
        }
    }

    public Admin admin() {
        return Admin.create(clientConfig());
    }

    /** Brokers, topic and the topic's own id: a topic that was deleted and made again is another one. */
    public String identity(String topic) {
        String name = bootstrapServers() + "/" + topic;
        try (Admin admin = admin()) {
            return admin.describeTopics(List.of(topic)).allTopicNames().get().values().stream()
                    .map(described -> name + "/" + described.topicId())
                    .findFirst()
                    .orElse(name);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return name;
        } catch (ExecutionException e) {
            LOG.debug("the id of {} can't be asked for", topic, e);
            return name; // whoever writes to it hears what is wrong
        }
    }

    public <T extends SpecificRecord> AvroSerde<T> serde(Class<T> type) {
        return AvroSerde.of(type, registryConfig, registry);
    }

    /** The registry's properties, for serdes made elsewhere. */
    public Map<String, Object> serdeConfig() {
        return new HashMap<>(registryConfig);
    }

    /** Reads records of any of our topics into generated classes, by the schema id they carry. */
    public AvroDeserializer<SpecificRecord> anyRecord() {
        Map<String, Object> config = serdeConfig();
        config.put("specific.avro.reader", true);
        AvroDeserializer<SpecificRecord> deserializer = new AvroDeserializer<>();
        deserializer.configure(config, false);
        return deserializer;
    }

    /** A consumer without a group that reads committed records from the beginning. */
    public Consumer<String, byte[]> reader() {
        return reader(new StringDeserializer(), Map.of());
    }

    /** As {@link #reader()}, but it can see what the group has committed. */
    public Consumer<byte[], byte[]> reader(String group) {
        return reader(new ByteArrayDeserializer(), Map.of(ConsumerConfig.GROUP_ID_CONFIG, group));
    }

    /** As {@link #reader()}, with raw keys. */
    public Consumer<byte[], byte[]> rawReader() {
        return reader(new ByteArrayDeserializer(), Map.of());
    }

    private <K> Consumer<K, byte[]> reader(Deserializer<K> keys, Map<String, String> more) {
        Map<String, Object> config = clientConfig();
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.putAll(more);
        return new KafkaConsumer<>(config, keys, new ByteArrayDeserializer());
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new ConfigurationException(message);
        }
    }
}
