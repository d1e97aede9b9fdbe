package io.anchorstream.topology.embedding;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LastRecordTest {
    private static final TopicPartition PARTITION = new TopicPartition("pictures", 0);
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final MockConsumer<String, String> consumer = new MockConsumer<>("earliest");

    @Test
    void isFoundAtTheEnd() {
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        consumer.updateEndOffsets(Map.of(PARTITION, 2L));
        consumer.schedulePollTask(() -> {});
        consumer.schedulePollTask(() -> List.of(0L, 1L)
                .forEach(offset -> consumer.addRecord(new ConsumerRecord<>("pictures", 0, offset, "key", "value"))));

        assertThat(LastRecord.offset(consumer, PARTITION, 0, PATIENCE)).isEqualTo(1);
    }

    @Test
    void aBrokerThatFallsSilentWhileItIsReadIsNotWaitedForForever() {
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        consumer.updateEndOffsets(Map.of(PARTITION, 2L));

        assertThatThrownBy(() -> LastRecord.offset(consumer, PARTITION, 0, PATIENCE))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("pictures-0")
                .hasMessageContaining("offset 0 of 2");
    }
}
