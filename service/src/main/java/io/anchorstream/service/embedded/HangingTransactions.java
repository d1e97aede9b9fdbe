package io.anchorstream.service.embedded;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeProducersResult.PartitionProducerState;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends transactions that a partition takes for open and their coordinator knows nothing of (KIP-664). They are left where a
 * broker without replicas died between the two; nobody else would ever end them, and whoever reads offsets or records behind
 * them would wait for ever.
 */
public final class HangingTransactions {
    private static final Logger LOG = LoggerFactory.getLogger(HangingTransactions.class);

    private HangingTransactions() {}

    /**
     * Ends all there are; for a broker with which nobody works yet.
     *
     * @return how many
     * @throws IllegalStateException if the broker does not answer
     */
    public static int end(String bootstrapServers) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            Map<TopicPartition, PartitionProducerState> producers =
                    admin.describeProducers(partitions(admin)).all().get();
            if (producers.values().stream().allMatch(state -> open(state).isEmpty())) {
                return 0;
            }
            List<AbortTransactionSpec> hanging = hanging(producers, known(admin));
            for (AbortTransactionSpec transaction : hanging) {
                admin.abortTransaction(transaction).all().get();
                LOG.warn("ended a transaction that nobody else would have: {}", transaction);
            }
            return hanging.size();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the broker at " + bootstrapServers + " does not tell its transactions", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    /** The open transactions of each partition of which no coordinator knows that they are there. */
    static List<AbortTransactionSpec> hanging(
            Map<TopicPartition, PartitionProducerState> producers, Collection<TransactionDescription> known) {
        List<AbortTransactionSpec> hanging = new ArrayList<>();
        producers.forEach((partition, state) -> open(state).stream()
                .filter(producer -> known.stream()
                        .noneMatch(transaction -> transaction.producerId() == producer.producerId()
                                && transaction.topicPartitions().contains(partition)))
                .forEach(producer -> hanging.add(new AbortTransactionSpec(
                        partition,
                        producer.producerId(),
                        (short) producer.producerEpoch(),
                        producer.coordinatorEpoch().orElse(0)))));
        return hanging;
    }

    private static List<ProducerState> open(PartitionProducerState state) {
        return state.activeProducers().stream()
                .filter(producer -> producer.currentTransactionStartOffset().isPresent())
                .toList();
    }

    private static List<TopicPartition> partitions(Admin admin) throws ExecutionException, InterruptedException {
        Collection<String> topics = admin.listTopics(new ListTopicsOptions().listInternal(true))
                .names()
                .get();
        Map<String, TopicDescription> described =
                admin.describeTopics(topics).allTopicNames().get();
        return described.values().stream()
                .flatMap(topic -> topic.partitions().stream()
                        .map(partition -> new TopicPartition(topic.name(), partition.partition())))
                .toList();
    }

    private static Collection<TransactionDescription> known(Admin admin)
            throws ExecutionException, InterruptedException {
        List<String> ids = admin.listTransactions().all().get().stream()
                .map(TransactionListing::transactionalId)
                .toList();
        return admin.describeTransactions(ids).all().get().values();
    }
}
