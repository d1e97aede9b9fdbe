package io.anchorstream.service.index;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/** Assigns every partition of some topics to a consumer, also those that appear later. */
public final class AllPartitions {
    private final List<String> topics;

    public AllPartitions(List<String> topics) {
        this.topics = List.copyOf(topics);
    }

    /**
     * Takes up partitions that are not assigned yet.
     *
     * @param start seeks a new partition to where reading begins
     * @return whether every topic exists by now
     */
    public boolean discover(
            Consumer<byte[], byte[]> consumer, BiConsumer<Consumer<byte[], byte[]>, TopicPartition> start) {
        Set<TopicPartition> assigned = new HashSet<>(consumer.assignment());
        List<TopicPartition> added = new ArrayList<>();
        Map<String, List<PartitionInfo>> known = consumer.listTopics();
        for (String topic : topics) {
            for (PartitionInfo partition : known.getOrDefault(topic, List.of())) {
                TopicPartition found = new TopicPartition(topic, partition.partition());
                if (assigned.add(found)) {
                    added.add(found);
                }
            }
        }
        if (!added.isEmpty()) {
            consumer.assign(assigned);
            added.forEach(partition -> start.accept(consumer, partition));
        }
        return known.keySet().containsAll(topics);
    }
}
