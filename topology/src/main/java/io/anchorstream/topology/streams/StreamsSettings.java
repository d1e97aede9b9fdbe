package io.anchorstream.topology.streams;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;

import io.anchorstream.schemas.topics.Topics;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settings of one Kafka Streams application of ours.
 *
 * @param applicationId group id, and prefix of the internal topics
 * @param stateDirectory where RocksDB lives; survives restarts
 * @param threads stream threads of this instance
 * @param deadLetterTopic where refused records go
 * @param replicationFactor of internal topics; -1 = the broker's default
 * @param standbys warm copies of each store on other instances
 * @param commitInterval how often a transaction commits: the latency that exactly-once adds to each hop
 * @param extra set last, so that a user's own client settings (security, tuning) win; under their bare names all but
 *     {@code auto.offset.reset} and a {@code max.request.size} below {@link Topics#MAX_BATCH_BYTES}
 */
public record StreamsSettings(
        String applicationId,
        String bootstrapServers,
        Path stateDirectory,
        int threads,
        String deadLetterTopic,
        int replicationFactor,
        int standbys,
        Duration commitInterval,
        Map<String, String> extra) {
    private static final Logger LOG = LoggerFactory.getLogger(StreamsSettings.class);

    /** The least that brokers allow by default ({@code group.min.session.timeout.ms}). */
    public static final int SESSION_TIMEOUT_MS = 6_000;

    /** Members hear of a rebalance with the answer to a heartbeat. */
    public static final int HEARTBEAT_INTERVAL_MS = 1_000;

    /**
     * Commits come every 200 ms; a thread that takes so long between two is as good as dead. Shorter than the session by
     * a heartbeat, so that what a killed instance left open has run out when its partitions move. It has also ended by
     * then only where brokers look every second ({@code transaction.abort.timed.out.transaction.cleanup.interval.ms});
     * by default they look every 10 s, and readers wait for them.
     */
    static final int TRANSACTION_TIMEOUT_MS = 5_000;

    public StreamsSettings {
        if (threads < 1) {
            throw new IllegalArgumentException("a Streams application needs at least one thread, not " + threads);
        }
        extra = Map.copyOf(extra);
    }

    /** One thread, no standbys, commits every 200 ms. */
    public static StreamsSettings of(
            String applicationId, String bootstrapServers, Path stateDirectory, String deadLetterTopic) {
        return new StreamsSettings(
                applicationId,
                bootstrapServers,
                stateDirectory,
                1,
                deadLetterTopic,
                -1,
                0,
                Duration.ofMillis(200),
                Map.of());
    }

    public Properties toProperties() {
        Map<String, Object> config = new HashMap<>();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        config.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory.toString());
        config.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
        config.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, replicationFactor);
        config.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, standbys);
        config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, commitInterval.toMillis());
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        // A generated name moves when the topology changes, and its state is lost with it.
        config.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        config.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, AnchorstreamRocksDbConfig.class);
        // Our stores keep their own indexes; a record cache on top would only hold the pictures twice.
        config.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        // 1,000 records of 12 KB a partition by default: bound what waits decoded in memory.
        config.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 200);
        handlers(config);
        clients(config);
        extra.forEach((name, value) -> makeWay(config, name, value));
        config.putAll(extra);
        Properties properties = new Properties();
        properties.putAll(config);
        return properties;
    }

    /**
     * A client's setting under its bare name is weaker than ours under a prefix, so ours goes: but not where the user
     * means other clients and our answers depend on ours.
     *
     * @throws ConfigException if the size of a request is not a number
     */
    private static void makeWay(Map<String, Object> config, String name, String value) {
        switch (name) {
            case ConsumerConfig.AUTO_OFFSET_RESET_CONFIG ->
                // Anything but the beginning skips records that nobody has answered.
                LOG.info("{}={} is not for Streams' consumers: they begin at the earliest record", name, value);
            case ProducerConfig.MAX_REQUEST_SIZE_CONFIG -> {
                int bytes = (Integer) Objects.requireNonNull(ConfigDef.parseType(name, value, ConfigDef.Type.INT));
                if (bytes >= Topics.MAX_BATCH_BYTES) {
                    config.remove(StreamsConfig.producerPrefix(name));
                } else {
                    LOG.info(
                            "{}={} is not for Streams' producers: mini-batches take up to {} bytes",
                            name,
                            value,
                            Topics.MAX_BATCH_BYTES);
                }
            }
            default -> {
                config.remove(StreamsConfig.consumerPrefix(name));
                config.remove(StreamsConfig.producerPrefix(name));
            }
        }
    }

    private void handlers(Map<String, Object> config) {
        config.put(DeadLetterProcessingHandler.TOPIC_CONFIG, deadLetterTopic);
        config.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, DeadLetterProcessingHandler.class);
        config.put(
                StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, DeadLetterDeserializationHandler.class);
    }

    private static void clients(Map<String, Object> config) {
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 200);
        // LZ4, not ZSTD: it runs on the stream thread, and raw pixels gain little more from ZSTD.
        config.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        config.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 20);
        config.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 256 * 1024);
        config.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), Topics.MAX_BATCH_BYTES);
        // A transaction's first write may meet the tail of the one before and is sent again after this pause: 100 ms,
        // and
        // doubling, by default, which is all of a commit interval.
        config.put(StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MS_CONFIG), 10);
        config.put(StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG), 200);
        // How long an instance that was killed keeps others waiting for its partitions, and how long until they hear of
        // it.
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), SESSION_TIMEOUT_MS);
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), HEARTBEAT_INTERVAL_MS);
        config.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), TRANSACTION_TIMEOUT_MS);
        // Changelogs and repartition topics carry pictures too.
        config.put(
                StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG),
                Integer.toString(Topics.MAX_BATCH_BYTES));
    }
}
