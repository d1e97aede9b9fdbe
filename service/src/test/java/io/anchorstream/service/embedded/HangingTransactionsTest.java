package io.anchorstream.service.embedded;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.DescribeProducersResult.PartitionProducerState;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HangingTransactionsTest {
    private static final TopicPartition OFFSETS = new TopicPartition("__consumer_offsets", 0);

    private static Map<TopicPartition, PartitionProducerState> producer(OptionalLong open) {
        return Map.of(
                OFFSETS,
                new PartitionProducerState(List.of(new ProducerState(4, 2026, 7, 1L, OptionalInt.of(3), open))));
    }

    private static TransactionDescription known(long producer, Set<TopicPartition> partitions) {
        return new TransactionDescription(
                1, TransactionState.ONGOING, producer, 2026, 5_000, OptionalLong.of(1), partitions);
    }

    @Test
    void findsWhatAPartitionHoldsOpenAndNoCoordinatorKnows() {
        AbortTransactionSpec ended = new AbortTransactionSpec(OFFSETS, 4, (short) 2026, 3);

        assertThat(HangingTransactions.hanging(producer(OptionalLong.of(7123)), List.of()))
                .containsExactly(ended);
        assertThat(HangingTransactions.hanging(
                        producer(OptionalLong.of(7123)), List.of(known(4, Set.of()), known(5, Set.of(OFFSETS)))))
                .containsExactly(ended);
    }

    @Test
    void leavesAloneWhatTheCoordinatorWillEndAndWhatHasEnded() {
        assertThat(HangingTransactions.hanging(producer(OptionalLong.of(7123)), List.of(known(4, Set.of(OFFSETS)))))
                .isEmpty();
        assertThat(HangingTransactions.hanging(producer(OptionalLong.empty()), List.of()))
                .isEmpty();
    }
}
