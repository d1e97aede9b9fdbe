package io.anchorstream.service.monitor;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/** Asks the broker how far each role is behind, and how long the topics are. */
public final class ConsumerLag {
    private static final long TIMEOUT_SECONDS = 10;

    private final Admin admin;
    private final Map<String, String> roleGroups;

    /**
     * @param roleGroups consumer group of each role, in the order shown
     */
    public ConsumerLag(Admin admin, Map<String, String> roleGroups) {
        this.admin = admin;
        this.roleGroups = Map.copyOf(roleGroups);
    }

    /** Committed records not yet consumed, by role; a role that has not committed anything is left out. */
    public Map<String, Long> byRole() throws ExecutionException, InterruptedException, TimeoutException {
        Map<String, Long> lags = new HashMap<>();
        for (Map.Entry<String, String> role : roleGroups.entrySet()) {
            Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(role.getValue())
                    .partitionsToOffsetAndMetadata()
                    .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            committed.values().removeIf(offset -> offset == null);
            if (committed.isEmpty()) {
                continue;
            }
            Map<TopicPartition, Long> ends = ends(committed.keySet());
            lags.put(
                    role.getKey(),
                    committed.entrySet().stream()
                            .mapToLong(one -> Math.max(
                                    0,
                                    ends.getOrDefault(one.getKey(), 0L)
                                            - one.getValue().offset()))
                            .sum());
        }
        return lags;
    }

    /** Offset after the last committed record of a topic of one partition; transaction markers count. */
    public long end(String topic) throws ExecutionException, InterruptedException, TimeoutException {
        TopicPartition partition = new TopicPartition(topic, 0);
        return ends(List.of(partition)).getOrDefault(partition, 0L);
    }

    /** Records ever appended to a topic that is written without transactions. */
    public long appended(String topic) throws ExecutionException, InterruptedException, TimeoutException {
        TopicDescription description = admin.describeTopics(List.of(topic))
                .allTopicNames()
                .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .get(topic);
        if (description == null) {
            return 0;
        }
        List<TopicPartition> partitions = description.partitions().stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        return ends(partitions).values().stream().mapToLong(Long::longValue).sum();
    }

    private Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions)
            throws ExecutionException, InterruptedException, TimeoutException {
        Map<TopicPartition, ListOffsetsResultInfo> ends = admin.listOffsets(
                        partitions.stream()
                                .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest())),
                        new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .all()
                .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        return ends.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, end -> end.getValue()
                .offset()));
    }
}
