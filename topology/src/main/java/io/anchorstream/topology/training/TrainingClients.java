package io.anchorstream.topology.training;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.anchorstream.topology.streams.StreamsSettings;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Makes the Kafka clients of the training loop. All trainers of a deployment share one transactional id: the one that
 * becomes active fences whoever was active before (KIP-98), and the group's generation fences those that lost the
 * partition (KIP-447).
 */
public final class TrainingClients {
    private static final int MAX_POLL_INTERVAL_MS = 600_000;

    private final Map<String, Object> connection;
    private final String group;
    private final String transactionalId;
    private final Optional<String> member;

    /**
     * @param connection {@code bootstrap.servers}, security and whatever else applies to every client
     * @param group consumer group and transactional id of the trainers
     */
    public TrainingClients(Map<String, ?> connection, String group) {
        this(connection, group, Optional.empty());
    }

    /**
     * As above.
     *
     * @param member {@code group.instance.id} that no other trainer has, nor the same one after a restart
     */
    public TrainingClients(Map<String, ?> connection, String group, Optional<String> member) {
        this.connection = Map.copyOf(connection);
        this.group = group;
        this.transactionalId = group;
        this.member = member;
    }

    /** A member of the trainers' group, offsets by hand. */
    public Consumer<String, byte[]> member() {
        Map<String, Object> config = readerConfig();
        config.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2);
        config.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, MAX_POLL_INTERVAL_MS);
        // How long a trainer that was killed keeps the standby waiting; heartbeats have a thread of their own.
        config.putIfAbsent(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, StreamsSettings.SESSION_TIMEOUT_MS);
        config.putIfAbsent(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, StreamsSettings.HEARTBEAT_INTERVAL_MS);
        // A standby that comes or goes does not take the partition from the trainer that has it.
        config.put(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                List.of(CooperativeStickyAssignor.class.getName()));
        member.ifPresent(name -> config.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, name));
        return new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
    }

    /** Members leave when they close, but those that the user names: they are about to come back (KIP-345). */
    CloseOptions parting() {
        return CloseOptions.groupMembershipOperation(
                connection.containsKey(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG)
                        ? CloseOptions.GroupMembershipOperation.DEFAULT
                        : CloseOptions.GroupMembershipOperation.LEAVE_GROUP);
    }

    /** A reader without a group. */
    public Consumer<String, byte[]> reader() {
        return new KafkaConsumer<>(readerConfig(), new StringDeserializer(), new ByteArrayDeserializer());
    }

    /** The producer of versions. */
    public Producer<String, byte[]> transactional() {
        Map<String, Object> config = new HashMap<>(connection);
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        return new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
    }

    /** The producer of step measurements: at least once, and the same values again on a replay. */
    public Producer<String, byte[]> idempotent() {
        Map<String, Object> config = new HashMap<>(connection);
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 50);
        return new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
    }

    private Map<String, Object> readerConfig() {
        Map<String, Object> config = new HashMap<>(connection);
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return config;
    }
}
